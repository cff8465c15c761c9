import { Text } from "@tarojs/components";

export type IconName = "bell" | "camera" | "check" | "phone" | "pin" | "road" | "scan" | "user" | "warn";

/** Beside a word, never instead of one: drawn by parts.css in the colour of the text. */
export function Icon({ name }: { name: IconName }) {
  return <Text className={`tz-icon tz-icon--${name}`} {...{ "aria-hidden": true }} />;
}
