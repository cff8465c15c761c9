import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { Frame, go, useRead } from "@/shell";
import { COMPLAINTS } from "@/made/words";
import { Card, Empty, Failed, Loading, Tag, Time } from "@/parts";

import { byNeed } from "../needs";

type Complaint = Schemas["ComplaintLine"];

/** Complaints that are not closed: danger first, then those nobody has answered, the oldest on top. */
export default function Complaints() {
  return <Frame>{() => <Lines />}</Frame>;
}

function Lines() {
  const { data, failed, again } = useRead("/api/v1/complaints", { query: { open: true, limit: 100 } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>没有未了结的投诉</Empty>;
  return (
    <View>
      <View className="tz-title">{data.items.length} 件投诉没有了结</View>
      {byNeed(data.items).map((one) => (
        <Card key={one.id} id={`complaint-${one.id}`} title={COMPLAINTS[one.category] ?? one.category} aside={<Standing one={one} />} onPress={() => go("dealerComplaint", { id: one.id })}>
          <View>{one.product_name}</View>
          <View className="tz-quiet"><Time at={one.opened_at} /> 提出</View>
        </Card>
      ))}
    </View>
  );
}

function Standing({ one }: { one: Complaint }) {
  if (one.category === "safety") return <Tag kind="bad">先打电话</Tag>;
  return one.first_reply_at ? <Tag kind="wait">已回复</Tag> : <Tag kind="warn">还没人回复</Tag>;
}
