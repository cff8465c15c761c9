import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage, Schemas } from "@/api";
import { DeedCard, useWaiting, type Act } from "@/shell";
import { Button, Card, Tag, Time } from "@/parts";

import { MOST, pick, show } from "./Complain";
import { Fill } from "./Fill";
import { Pictures, type Picture } from "./Pictures";

type Voices = Schemas["Voices"];

/** What the customer said and what came of it, and what the dealer said of him. */
export function Said({ job, voices, photos, act }: { job: JobPage; voices: Voices; photos: readonly Picture[]; act: Act }) {
  const [denying, setDenying] = useState(false);
  const waiting = useWaiting(job.id);
  const { delay } = voices;
  return (
    <View>
      {delay && job.available_actions.includes("deny_delay") && (
        <Card title="网点登记了延期" kind="next">
          <View>{delay.name}：{delay.reason_name}（<Time at={delay.at} />）</View>
          <View className="tz-quiet">不是这样？告诉我们：时效按没有延期算，客服会核实。</View>
          <Button id="deny-delay" onPress={() => setDenying(true)}>不是这样</Button>
        </Card>
      )}
      {voices.complaints.map((one) => (
        <Card key={`c${one.id}`} title={`投诉：${one.category_name}`} aside={<Tag kind={one.outcome ? undefined : "wait"}>{one.outcome ? "已了结" : "处理中"}</Tag>}>
          <View className="tz-quiet"><Time at={one.opened_at} /> {one.text}</View>
          <Pictures photos={photos.filter((photo) => one.photo_ids.includes(photo.id))} />
          {one.replies.map((reply) => <View key={reply.at} className="tz-note">客服 <Time at={reply.at} />：{reply.text}</View>)}
          {one.outcome ? <View className="tz-strong">{one.outcome}</View> : <More job={job.id} complaint={one.id} left={MOST - one.photo_ids.length} />}
        </Card>
      ))}
      {waiting.map((one) => <DeedCard key={one.deed.id} one={one} here />)}
      {voices.objections.map((one) => (
        <Card key={`o${one.at}`} title={one.name} aside={<Tag kind={one.outcome ? undefined : "wait"}>{one.outcome ? "已裁定" : "处理中"}</Tag>}>
          <View className="tz-quiet"><Time at={one.at} /> {one.reason_name} {one.text}</View>
          {one.outcome && <View className="tz-strong">{one.outcome}</View>}
          {one.ruling_text && <View>理由：{one.ruling_text}</View>}
        </Card>
      ))}
      {denying && <Fill action="deny_delay" onClose={() => setDenying(false)} send={(body) => act("deny_delay", body)} />}
    </View>
  );
}

function More({ job, complaint, left }: { job: number; complaint: number; left: number }) {
  if (left <= 0) return null;
  return <Button small onPress={async () => show(job, complaint, await pick(true, left))}>再加照片</Button>;
}
