import { View } from "@tarojs/components";
import { useEffect } from "react";

import type { Schemas } from "@/api";
import { fetchAhead, go, useRead, useWaiting, type Me } from "@/shell";
import { Button, Card, Empty, Failed, Icon, Loading, local, metres, Tag, Time } from "@/parts";
import { platform } from "@/platform";

type Stop = Schemas["DayStopLine"];

/** Today as a route: the next stop first in the eye, its job one tap away. */
export function InstallerHome({ me }: { me: Me }) {
  const { data, failed, old, at, again } = useRead("/api/v1/me/day");
  useEffect(() => void takeAlong(data?.stops ?? []), [data]);
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const next = data.stops.find((stop) => !stop.done);
  return (
    <View>
      <View className="tz-title">{me.name ?? "师傅"}，{data.stops.length ? `今天 ${data.stops.length} 处` : "今天没有预约"}</View>
      {old && at && <View className="tz-quiet tz-gap">没有网络，内容存于 <Time at={at} /></View>}
      {data.stops.length === 0 && <Empty>有了新的预约，会在这里和通知里告诉您</Empty>}
      {data.stops.map((stop, at) => <StopCard key={stop.visit_id} stop={stop} place={at + 1} next={stop === next} />)}
      {data.stops.length > 0 && data.note && <View className="tz-quiet tz-gap">{data.note}</View>}
      <Button id="to-earnings" onPress={() => go("earnings")}>我的收入</Button>
    </View>
  );
}

function StopCard({ stop, place, next }: { stop: Stop; place: number; next: boolean }) {
  const waiting = useWaiting();
  const { address } = stop;
  return (
    <Card
      kind={next ? "next" : stop.done ? "past" : undefined}
      title={`${local(stop.window_start).time}–${local(stop.window_end).time}`}
      aside={next ? <Tag kind="good">下一站</Tag> : stop.done ? <Tag>已离开</Tag> : <Tag>第 {place} 站</Tag>}
    >
      <View className="tz-strong">{address ?? "地址还不清楚，请先联系网点"}</View>
      <Way stop={stop} />
      {stop.warnings.map((warning) => <View key={warning.flag} className="tz-note tz-note--warn"><Icon name="warn" />{warning.text}</View>)}
      {stop.jobs.map((job) => (
        <View key={job.id} id={`job-${job.id}`} className="tz-line" onClick={() => go("job", { id: job.id })} {...{ role: "button", tabIndex: 0 }}>
          <View className="tz-line__text">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
          {waiting.some(({ deed }) => deed.job === job.id) && <Tag kind="wait">待发送</Tag>}
          {job.held ? <Tag kind="bad">暂缓上门</Tag> : <Tag>{job.status_name}</Tag>}
        </View>
      ))}
      {address && !stop.done && <Button small onPress={() => platform.navigate({ address })}><Icon name="pin" />导航</Button>}
    </Card>
  );
}

function Way({ stop: { travel_m, travel_minutes, arrive_at, done } }: { stop: Stop }) {
  if (done || travel_m === null) return null;
  const parts = [`路程约 ${metres(travel_m)}`, travel_minutes === null ? "" : `${travel_minutes} 分钟`, arrive_at ? `预计 ${local(arrive_at).time} 到` : ""];
  return <View className="tz-quiet"><Icon name="road" />{parts.filter(Boolean).join("，")}</View>;
}

/** What today's work needs, fetched while there is a network: a cellar has none. */
async function takeAlong(stops: readonly Stop[]): Promise<void> {
  for (const { id } of stops.filter((stop) => !stop.done).flatMap((stop) => stop.jobs)) {
    const path = { job_id: id };
    const job = await fetchAhead("/api/v1/jobs/{job_id}", { path });
    await fetchAhead("/api/v1/jobs/{job_id}/photos", { path });
    await fetchAhead("/api/v1/jobs/{job_id}/price-list", { path });
    await fetchAhead("/api/v1/jobs/{job_id}/charges", { path });
    if (job?.promise_id) await fetchAhead("/api/v1/promises/{token}", { path: { token: job.promise_id } });
  }
}
