import { View } from "@tarojs/components";

import { Frame, useRead } from "@/shell";
import { Card, Empty, Failed, Loading, Money } from "@/parts";

/** This month's pay, line by line, each with its reason. */
export default function Earnings() {
  return <Frame>{() => <Lines />}</Frame>;
}

function Lines() {
  const { data, failed, again } = useRead("/api/v1/me/earnings");
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const { month, items } = data;
  return (
    <View>
      <Card title={month.month} aside={<View className="tz-sum"><Money fen={month.total_fen} /></View>}>
        <View className="tz-quiet">{month.jobs} 单 · 已付 <Money fen={month.paid_fen} /> · 未付 <Money fen={month.open_fen} /></View>
      </Card>
      {items.length === 0 && <Empty>这个月还没有记录</Empty>}
      {items.map((line) => (
        <Card key={line.id} title={line.text} aside={<Money fen={line.amount_fen} />}>
          <View className="tz-quiet">{line.worked_on}{line.paid_on ? ` · ${line.paid_on} 已付` : ""}</View>
        </Card>
      ))}
    </View>
  );
}
