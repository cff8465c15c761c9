import { Image, View } from "@tarojs/components";
import { useState } from "react";

interface Props {
  src: string;
  /** What it shows, for who cannot see it. */
  label: string;
  /** As wide as there is room, whole. */
  large?: boolean;
  onPress?: () => void;
}

/** A small picture, cut to a square; or a large one. Without a network there may be none. */
export function Photo({ src, label, large, onPress }: Props) {
  const [missing, setMissing] = useState<string>();
  if (missing === src) return <View className="tz-picture tz-picture--missing">现在看不到{label}</View>;
  const named = process.env.TARO_ENV === "h5" ? { imgProps: { alt: label } } : { "aria-label": label };
  const shape = large ? { mode: "widthFix", className: "tz-picture--large" } as const : { mode: "aspectFill", className: "tz-picture" } as const;
  return <Image src={src} onError={() => setMissing(src)} {...shape} {...named} {...(onPress ? { onClick: onPress } : {})} />;
}
