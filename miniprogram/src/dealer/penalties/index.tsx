import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { api, Frame, go, useRead } from "@/shell";
import { Button, Card, Countdown, Empty, Failed, Loading, Tag, tell, yuan } from "@/parts";

import { Say } from "../Say";

type Penalty = Schemas["PenaltyLine"];

const KINDS = { standing: "bad", appealed: "wait", declined: "bad", lifted: "good" } as const;

/** What the brand laid on the dealer, why, and until when it may be appealed. */
export default function Penalties() {
  return <Frame>{() => <Lines />}</Frame>;
}

function Lines() {
  const { data, failed, again } = useRead("/api/v1/penalties", { query: { limit: 50 } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>没有处罚</Empty>;
  return <View>{data.items.map((line) => <One key={line.id} line={line} again={again} />)}</View>;
}

function One({ line, again }: { line: Penalty; again: () => Promise<void> }) {
  const appeal = async (reason: string) => {
    await api.post("/api/v1/penalties/{penalty_id}/appeal", { path: { penalty_id: line.id }, body: { reason } });
    tell.done("已申诉，答复之前不扣");
    await again();
  };
  const may = line.state === "standing" && Date.parse(line.appeal_until) > Date.now();
  return (
    <Card title={line.reason_name} aside={<Tag kind={KINDS[line.state]}>{line.state_name}</Tag>}>
      <View className="tz-sum">{yuan(line.amount_fen)}</View>
      <View className="tz-quiet">{line.product_name} · {line.takes === "reward" ? `从 ${line.year} 年的奖励里扣` : `从 ${line.due_month.slice(0, 7)} 的结算单里扣`}</View>
      {line.words && <View>{line.words}</View>}
      {line.appeal && <View>我们申诉：{line.appeal}</View>}
      {line.answer && <View>答复：{line.answer}</View>}
      {may && <View>申诉时间还剩 <Countdown until={line.appeal_until} /></View>}
      <View className="tz-pair">
        <Button onPress={() => go("dealerJob", { id: line.job_id })}>看工单</Button>
        {may && <Say id={`appeal-${line.id}`} name="申诉" label="为什么不该罚" send={appeal} />}
      </View>
    </Card>
  );
}
