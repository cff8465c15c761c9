import { Image } from "@tarojs/components";

interface Props {
  src: string;
  /** What it shows, for who cannot see it. */
  label: string;
  /** As wide as there is room, whole. */
  large?: boolean;
  onPress?: () => void;
}

/** A small picture, cut to a square; or a large one. */
export function Photo({ src, label, large, onPress }: Props) {
  const named = process.env.TARO_ENV === "h5" ? { imgProps: { alt: label } } : { "aria-label": label };
  const shape = large ? { mode: "widthFix", className: "tz-picture--large" } as const : { mode: "aspectFill", className: "tz-picture" } as const;
  return <Image src={src} {...shape} {...named} {...(onPress ? { onClick: onPress } : {})} />;
}
