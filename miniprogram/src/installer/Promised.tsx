import { View } from "@tarojs/components";

import type { JobPage } from "@/api";
import { useRead } from "@/shell";
import { Card, Icon } from "@/parts";

/** What the customer was promised before the purchase: what is free must not be charged at the door. */
export function Promised({ job }: { job: JobPage }) {
  const { data } = useRead(job.promise_id ? "/api/v1/promises/{token}" : null, { path: { token: job.promise_id } });
  const line = data?.answer.lines.find((one) => one.sku === job.sku) ?? data?.answer.lines[0];
  if (!line && !job.guide) return null;
  return (
    <Card title="已向客户承诺">
      {line?.included.map((one) => <View key={one}><Icon name="check" />免费：{one}</View>)}
      {line?.remote && <View>远程费：{line.remote.text}</View>}
      {!line && <View className="tz-quiet">{job.guide}</View>}
    </Card>
  );
}
