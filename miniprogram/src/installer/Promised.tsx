import { View } from "@tarojs/components";

import type { JobPage } from "@/api";
import { Card, Icon } from "@/parts";

/** What the customer was told before the purchase: what is free must not be charged at the door. */
export function Promised({ job: { assured } }: { job: JobPage }) {
  if (!assured) return null;
  return (
    <Card title="客户不用付钱的">
      {assured.free.map((one) => <View key={one}><Icon name="check" />{one}</View>)}
      {assured.remote && <View>远程费：{assured.remote}</View>}
      {assured.trip && <View className="tz-quiet">{assured.trip}</View>}
    </Card>
  );
}
