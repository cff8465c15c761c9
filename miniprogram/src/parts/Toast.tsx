import { View } from "@tarojs/components";
import { useSyncExternalStore } from "react";

import { tell } from "./telling";

export function Toast() {
  const said = useSyncExternalStore(tell.watch, tell.now, tell.now);
  if (!said) return null;
  return (
    <View className={`tz-toast ${said.bad ? "tz-toast--bad" : ""}`} {...{ role: "alert" }}>
      {said.text}
    </View>
  );
}
