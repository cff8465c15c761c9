import { View } from "@tarojs/components";

import type { JobPage } from "@/api";
import { useRead } from "@/shell";
import { Card, Icon, yuan } from "@/parts";

/** What was shown before the purchase: it still holds. */
export function Promised({ job }: { job: JobPage }) {
  const { data } = useRead(job.promise_id ? "/api/v1/promises/{token}" : null, { path: { token: job.promise_id } });
  const line = data?.answer.lines.find((one) => one.sku === job.sku) ?? data?.answer.lines[0];
  if (!data || !line) return null;
  return (
    <Card title="买之前答应您的">
      {line.included.map((one) => <View key={one}><Icon name="check" />免费：{one}</View>)}
      {line.remote && <View>远程费：{line.remote.text}</View>}
      {line.trip && <View>{line.trip.text}</View>}
      {data.answer.extras.map((one) => <View key={one.code} className="tz-quiet">需要时另收：{one.name} {yuan(one.price_fen)}/{one.unit}</View>)}
      {data.answer.silence_confirms && <View className="tz-quiet">{data.answer.silence_text}</View>}
      {line.notes.map((one) => <View key={one} className="tz-quiet">{one}</View>)}
    </Card>
  );
}
