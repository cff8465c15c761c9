import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { api, useRead } from "@/shell";
import { Button, Card, Choice, Field, Sheet, tell, yuan } from "@/parts";

/** A repair's price, before anybody is sent. */
export function Quote({ job, done }: { job: JobPage; done: () => Promise<unknown> }) {
  const { data, again } = useRead(job.kind === "repair" ? "/api/v1/service-requests" : null, { query: { state: "all", limit: 100 } });
  const one = data?.items.find((found) => found.job_id === job.id);
  if (!one) return null;
  if (one.quoted_fen === null || one.payer !== "customer") return <Card title={one.cover_name + "维修"}><View>{one.text}</View></Card>;
  const answer = async (agreed: boolean) => {
    await api.post("/api/v1/service-requests/{service_id}/answer", { path: { service_id: one.id }, body: { agreed } });
    tell.done(agreed ? "好，马上安排" : "已取消，不收费");
    await again();
    await done();
  };
  const open = !one.answer && job.status === "new";
  return (
    <Card title={open ? "维修报价，请您决定" : "维修报价"} aside={<View className="tz-sum">{yuan(one.quoted_fen)}</View>} kind={open ? "next" : undefined}>
      <View>{one.text}</View>
      <View>{one.quote_text}</View>
      {one.quote_lines.map((line) => <View key={line.item}>{line.text}</View>)}
      {one.answer && <View className="tz-quiet">{one.answer === "agreed" ? "您已同意" : "您没有同意，已取消，不收费"}</View>}
      {open && (
        <View className="tz-pair">
          <Button id="quote-no" onPress={() => answer(false)}>不同意</Button>
          <Button kind="main" id="quote-yes" onPress={() => answer(true)}>同意，安排上门</Button>
        </View>
      )}
    </Card>
  );
}

const WHAT = [["goods", "商品本身坏了"], ["workmanship", "装得有问题（漏、松、不稳）"], ["fitting", "配件坏了"]] as const;
type Cover = (typeof WHAT)[number][0];

/** Something broke after all was over. Who pays follows from the dates; what costs the customer is quoted first. */
export function AskRepair({ job, onClose }: { job: JobPage; onClose: () => void }) {
  const [cover, setCover] = useState<Cover>();
  const [problem, setProblem] = useState("");
  const [made, setMade] = useState<string>();
  const send = async () => {
    if (!cover || !problem.trim()) return tell.failed(cover ? "请写一下是什么问题" : "请先选是哪里的问题");
    const body = { order_line_id: job.order_line_id, units: 1, cover, problem: problem.trim() };
    const found = await api.post("/api/v1/service-requests", { body });
    setMade(found.text);
  };
  return (
    <Sheet
      title="申请维修"
      open
      onClose={onClose}
      ways={made === undefined ? (
        <>
          <Button kind="main" id="ask-repair" onPress={send}>提交</Button>
          <Button onPress={onClose}>返回</Button>
        </>
      ) : <Button kind="main" onPress={onClose}>知道了</Button>}
    >
      {made === undefined ? (
        <View>
          <View className="tz-quiet tz-gap">保修期内不花钱；过了保修期先报价，您同意了才上门。</View>
          <Choice label="哪里的问题" options={WHAT} value={cover} onChange={(code) => setCover(code as Cover)} />
          <Field id="repair-problem" label="怎么了" value={problem} onChange={setProblem} long most={1000} hint="比如：不出热水，屏幕显示 E3" />
        </View>
      ) : (
        <View id="repair-made">
          <View className="tz-strong">已收到</View>
          <View>{made}</View>
          <View className="tz-quiet">接下来谁来、什么时候来，会发消息告诉您，消息里有新的链接。</View>
        </View>
      )}
    </Sheet>
  );
}
