import { View } from "@tarojs/components";
import type { PropsWithChildren } from "react";

/** At the bottom, in a thumb's reach: at most two buttons, the likeliest last. */
export function Bar({ children }: PropsWithChildren) {
  return <View className="tz-bar">{children}</View>;
}
