import { View } from "@tarojs/components";

import { go, useWaiting } from "@/shell";
import { Button, Card, Icon, local, metres, Tag } from "@/parts";
import { platform } from "@/platform";

import type { Stop } from "./days";

interface Props {
  stop: Stop;
  place: number;
  /** `now`: the one to go to; `over`: nothing is left to do; `later`: another day's. */
  turn?: "now" | "over" | "later" | undefined;
}

const TURNS = { now: <Tag kind="good">下一站</Tag>, over: <Tag>已离开</Tag>, later: undefined };

/** One door of a day: when, where, what for. */
export function StopCard({ stop, place, turn }: Props) {
  const waiting = useWaiting();
  const { address } = stop;
  return (
    <Card
      kind={turn === "now" ? "next" : turn === "over" ? "past" : undefined}
      title={hours(stop)}
      aside={(turn && TURNS[turn]) ?? <Tag>第 {place} 站</Tag>}
    >
      <View className="tz-strong">{address ?? "地址还不清楚，请先联系网点"}</View>
      {turn !== "over" && <Way stop={stop} />}
      {stop.warnings.map((warning) => <View key={warning.flag} className="tz-note tz-note--warn"><Icon name="warn" />{warning.text}</View>)}
      {stop.jobs.map((job) => (
        <View key={job.id} id={`job-${job.id}`} className="tz-line" onClick={() => go("job", { id: job.id })} {...{ role: "button", tabIndex: 0 }}>
          <View className="tz-line__text">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
          {waiting.some(({ deed }) => deed.job === job.id) && <Tag kind="wait">待发送</Tag>}
          {job.held ? <Tag kind="bad">暂缓上门</Tag> : <Tag>{job.status_name}</Tag>}
        </View>
      ))}
      {address && turn !== "over" && turn !== "later" && <Button small onPress={() => platform.navigate({ address })}><Icon name="pin" />导航</Button>}
    </Card>
  );
}

export function hours(stop: Stop): string {
  return `${local(stop.window_start).time}–${local(stop.window_end).time}`;
}

export function Way({ stop: { travel_m, travel_minutes, arrive_at, done } }: { stop: Stop }) {
  if (done || travel_m === null) return null;
  const parts = [`路程约 ${metres(travel_m)}`, travel_minutes === null ? "" : `${travel_minutes} 分钟`, arrive_at ? `预计 ${local(arrive_at).time} 到` : ""];
  return <View className="tz-quiet"><Icon name="road" />{parts.filter(Boolean).join("，")}</View>;
}
