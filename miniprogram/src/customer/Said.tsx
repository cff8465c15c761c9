import { View } from "@tarojs/components";

import type { JobPage } from "@/api";
import { useRead } from "@/shell";
import { Card, Tag, Time } from "@/parts";

/** What the customer said, and what came of it. */
export function Said({ job }: { job: JobPage }) {
  const { data } = useRead("/api/v1/jobs/{job_id}/voices", { path: { job_id: job.id } });
  if (!data) return null;
  return (
    <View>
      {data.complaints.map((one) => (
        <Card key={`c${one.id}`} title={`投诉：${one.category_name}`} aside={<Tag kind={one.outcome ? undefined : "wait"}>{one.outcome ? "已了结" : "处理中"}</Tag>}>
          <View className="tz-quiet"><Time at={one.opened_at} /> {one.text}</View>
          {one.replies.map((reply) => <View key={reply.at} className="tz-note">客服 <Time at={reply.at} />：{reply.text}</View>)}
          {one.outcome && <View>{one.outcome}</View>}
        </Card>
      ))}
      {data.objections.map((one) => (
        <Card key={`o${one.at}`} title={one.name} aside={<Tag kind={one.outcome ? undefined : "wait"}>{one.outcome ? "已裁定" : "处理中"}</Tag>}>
          <View className="tz-quiet"><Time at={one.at} /> {one.reason_name} {one.text}</View>
          {one.outcome && <View>{one.outcome} {one.ruling_text}</View>}
        </Card>
      ))}
    </View>
  );
}
