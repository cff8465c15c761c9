import { Image } from "@tarojs/components";

interface Props {
  src: string;
  /** What it shows, for who cannot see it. */
  label: string;
  onPress?: () => void;
}

/** A small picture, cut to a square. */
export function Photo({ src, label, onPress }: Props) {
  const named = process.env.TARO_ENV === "h5" ? { imgProps: { alt: label } } : { "aria-label": label };
  return <Image src={src} mode="aspectFill" className="tz-picture" {...named} {...(onPress ? { onClick: onPress } : {})} />;
}
