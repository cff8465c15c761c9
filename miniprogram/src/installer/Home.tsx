import { View } from "@tarojs/components";
import { useEffect } from "react";

import { go, useRead, useWaiting, type Me } from "@/shell";
import { Button, dayOf, Empty, Failed, Loading, Old } from "@/parts";

import { dayAfter, finished, following, over } from "./days";
import { StopCard } from "./Stops";
import { takeAlong } from "./along";

/** Today as a route: the next stop first in the eye, its job one tap away; below it tomorrow. */
export function InstallerHome({ me }: { me: Me }) {
  const { data, failed, old, at, again } = useRead("/api/v1/me/day");
  const tomorrow = useRead(data ? "/api/v1/me/day" : null, { query: { day: data && dayAfter(data.day) } });
  const stops = data?.stops ?? [];
  const ahead = tomorrow.data?.stops ?? [];
  const done = finished(useWaiting());
  useEffect(() => void takeAlong([...stops, ...ahead]), [data, tomorrow.data]);
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const next = following(stops, 0, done);
  return (
    <View>
      <View className="tz-title">{me.name ?? "师傅"}，{named(data.day)}{stops.length ? ` ${stops.length} 处` : "没有预约"}</View>
      <Old old={old} at={at} />
      {stops.length === 0 && ahead.length === 0 && <Empty>有了新的预约，会在这里和通知里告诉您</Empty>}
      {stops.map((stop, place) => <StopCard key={stop.visit_id} stop={stop} place={place + 1} turn={stop === next ? "now" : over(stop, done) ? "over" : undefined} />)}
      {ahead.length > 0 && <View className="tz-heading" id="tomorrow">{named(dayAfter(data.day))} {ahead.length} 处</View>}
      {ahead.map((stop, place) => <StopCard key={stop.visit_id} stop={stop} place={place + 1} turn="later" />)}
      {[...stops, ...ahead].some((stop) => stop.travel_m !== null) && <View className="tz-quiet tz-gap">路程和时间是估算，只供参考，约好的时间不变</View>}
      <View className="tz-pair">
        <Button id="to-earnings" onPress={() => go("earnings")}>我的收入</Button>
        <Button id="to-late" onPress={() => go("late")}>超时记录</Button>
      </View>
    </View>
  );
}

/** By its own name: what was kept yesterday is not today. */
function named(day: string): string {
  return dayOf(`${day}T12:00:00+08:00`, Date.now());
}
