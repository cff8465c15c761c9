import { View } from "@tarojs/components";

import { go, useRead, useWaiting, type Me } from "@/shell";
import { Card, Empty, Failed, Loading, Tag, Time } from "@/parts";

/** Today, in the order proposed for it. */
export function InstallerHome({ me }: { me: Me }) {
  const { data, failed, old, at, again } = useRead("/api/v1/me/day");
  const waiting = useWaiting();
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  return (
    <View>
      <View className="tz-title">{me.name ?? "师傅"}，今天 {data.stops.length} 处</View>
      {old && at && <View className="tz-quiet">内容存于 <Time at={at} /></View>}
      {data.stops.length === 0 && <Empty>今天没有预约</Empty>}
      {data.stops.map((stop) => (
        <Card key={stop.visit_id} title={stop.address ?? "地址未知"} aside={<Time at={stop.window_start} until={stop.window_end} />}>
          {stop.jobs.map((job) => (
            <View key={job.id} id={`job-${job.id}`} className="tz-row" onClick={() => go("job", { id: job.id })} {...{ role: "button", tabIndex: 0 }}>
              {job.product_name} × {job.units} <Tag>{job.status_name}</Tag>
              {waiting.some(({ deed }) => deed.job === job.id) && <Tag kind="wait">待发送</Tag>}
            </View>
          ))}
        </Card>
      ))}
    </View>
  );
}
