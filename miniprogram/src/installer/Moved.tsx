import { View } from "@tarojs/components";
import { useEffect, useState } from "react";

import type { JobPage } from "@/api";
import { kept, owner } from "@/shell";
import { Button, Time } from "@/parts";

interface Seen {
  start: string;
  end: string | null;
}

/** The visit's time is another than the one this person last saw: said until it was read. */
export function Moved({ job: { id, window_start: start, window_end: end } }: { job: JobPage }) {
  const [before, setBefore] = useState<Seen>();
  const name = `seen/${id}`;
  useEffect(() => {
    if (!start) return;
    void kept.draft<Seen>(owner(), name).then((seen) => {
      if (seen === undefined) return kept.write(owner(), name, { start, end });
      setBefore(Date.parse(seen.start) === Date.parse(start) ? undefined : seen);
    });
  }, [name, start, end]);
  if (!before || !start) return null;
  const read = async () => {
    await kept.write(owner(), name, { start, end });
    setBefore(undefined);
  };
  return (
    <View className="tz-note tz-note--warn" id="moved">
      <View className="tz-strong">上门时间改了</View>
      <View>原来 <Time at={before.start} until={before.end} /></View>
      <View>现在 <Time at={start} until={end} /></View>
      <Button small id="moved-read" onPress={read}>知道了</Button>
    </View>
  );
}
