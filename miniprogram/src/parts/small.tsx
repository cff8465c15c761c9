import { Text, View } from "@tarojs/components";
import { useEffect, useState, type PropsWithChildren } from "react";

import { Button } from "./Button";
import { left, span, when, yuan } from "./format";

export function Tag({ kind, children }: PropsWithChildren<{ kind?: "good" | "wait" | "warn" | "bad" | undefined }>) {
  return <Text className={`tz-tag ${kind ? `tz-tag--${kind}` : ""}`}>{children}</Text>;
}

export function Money({ fen }: { fen: number }) {
  return <Text>{yuan(fen)}</Text>;
}

export function Time({ at, until }: { at: string | number; until?: string | null }) {
  return <Text>{until ? span(String(at), until, Date.now()) : when(at, Date.now())}</Text>;
}

/** That the server could not be asked, and from when this is. */
export function Old({ old, at }: { old: boolean; at: number | undefined }) {
  return old && at ? <View className="tz-quiet tz-gap">没有连上，这是 <Time at={at} /> 存下的</View> : null;
}

/** Counts down every second near the end, every half minute before; red when it is over. */
export function Countdown({ until }: { until: string }) {
  const [now, setNow] = useState(Date.now);
  const near = new Date(until).getTime() - now < 120_000;
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), near ? 1000 : 30_000);
    return () => clearInterval(timer);
  }, [near]);
  const late = new Date(until).getTime() < now;
  return <Text className={late ? "tz-countdown--late" : ""}>{left(until, now)}</Text>;
}

export function Empty({ children }: PropsWithChildren) {
  return <View className="tz-blank">{children}</View>;
}

export function Loading() {
  return <View className="tz-blank" {...{ role: "status" }}>正在打开…</View>;
}

export function Failed({ why, again }: { why: string; again: () => Promise<void> }) {
  return (
    <View className="tz-blank" {...{ role: "alert" }}>
      {why}
      <Button onPress={again}>再试一次</Button>
    </View>
  );
}
