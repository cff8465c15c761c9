import { View } from "@tarojs/components";
import { useState } from "react";

import type { Schemas } from "@/api";
import { api, Frame, go, useRead } from "@/shell";
import { CLOCKS, EXCUSES, LEVELS } from "@/made/words";
import { Button, Card, Choice, Countdown, Empty, Failed, Loading, Tag, tell, Time } from "@/parts";

import { owns } from "../doors";
import { Say } from "../Say";

type Breach = Schemas["BreachLine"];

const SHOWN = [["open", "等我处理"], ["appealed", "申诉过的"]] as const;
const KINDS = { notice: "warn", breach: "bad", severe: "bad" } as const;

/** One card for a clock at its highest level: what still runs before what is only to be explained, the first due on top. */
export default function Late() {
  const [shown, setShown] = useState("open");
  return (
    <Frame>
      {(me) => (
        <View>
          <Choice label="看哪些" options={SHOWN} value={shown} onChange={setShown} />
          <Lines asked={shown} owner={owns(me)} />
        </View>
      )}
    </Frame>
  );
}

function Lines({ asked, owner }: { asked: string; owner: boolean }) {
  const query = { latest: true, limit: 100, ...(asked === "open" ? { open: true } : { appealed: true }) };
  const { data, failed, again } = useRead("/api/v1/breaches", { query });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>{asked === "open" ? "没有快到期的，也没有超时的" : "没有申诉过"}</Empty>;
  const sorted = [...data.items].sort((a, b) => a.due_at.localeCompare(b.due_at));
  const running = sorted.filter((line) => !line.stopped_at);
  const over = sorted.filter((line) => line.stopped_at);
  const draw = (line: Breach) => <One key={line.id} line={line} owner={owner} again={again} />;
  return (
    <View>
      {running.length > 0 && <View className="tz-heading">还没做完 {running.length} 项</View>}
      {running.map(draw)}
      {over.length > 0 && <View className="tz-heading">做完了，但超过时 {over.length} 项</View>}
      {over.map(draw)}
    </View>
  );
}

function One({ line, owner, again }: { line: Breach; owner: boolean; again: () => Promise<void> }) {
  const path = { breach_id: line.id };
  const explain = async (memo: string) => {
    await api.post("/api/v1/breaches/{breach_id}/acknowledge", { path, body: { memo } });
    tell.done("已说明");
    await again();
  };
  const appeal = async (reason: string) => {
    await api.post("/api/v1/breaches/{breach_id}/appeal", { path, body: { reason } });
    tell.done("已申诉，等客服答复");
    await again();
  };
  return (
    <Card title={line.product_name} aside={<Tag kind={KINDS[line.level as keyof typeof KINDS]}>{LEVELS[line.level] ?? line.level}</Tag>}>
      <View className="tz-strong">
        {CLOCKS[line.kind] ?? line.kind}：
        {line.stopped_at ? <>应于 <Time at={line.due_at} />，<Time at={line.stopped_at} /> 完成</> : <Countdown until={line.due_at} />}
      </View>
      {line.paused_at && !line.stopped_at && <View className="tz-quiet">暂停计时</View>}
      <Story line={line} />
      <View className="tz-pair">
        <Button id={`late-job-${line.id}`} kind={line.stopped_at ? undefined : "main"} onPress={() => go("dealerJob", { id: line.job_id })}>{line.stopped_at ? "看工单" : "去处理"}</Button>
        {!line.acknowledged_at && !line.excused_at && <Say id={`explain-${line.id}`} name="说明情况" label="发生了什么，怎么补救" send={explain} />}
        {owner && mayAppeal(line) && <Say id={`appeal-${line.id}`} name="申诉" label="为什么不是我们的责任" send={appeal} />}
      </View>
    </Card>
  );
}

/** A warning costs nothing, and one appeal is all. */
const mayAppeal = (line: Breach): boolean => line.level !== "notice" && !line.appealed_at && !line.excused_at && !line.withdrawn_at;

/** What has been said about it, in the order in which it was. */
function Story({ line }: { line: Breach }) {
  const waits = line.appealed_at && !line.excused_at && !line.declined_at && !line.withdrawn_at;
  return (
    <View>
      {line.explained && <View>师傅说：{line.explained}</View>}
      {line.said_before && <View>之前说明：{line.said_before}</View>}
      {line.memo && <View>我们说明：{line.memo}</View>}
      {line.appeal && <View>我们申诉：{line.appeal}</View>}
      {waits && line.answer_due_at && <View className="tz-quiet">客服应在 <Time at={line.answer_due_at} /> 前答复</View>}
      {line.excused_at && <Tag kind="good">已免责：{EXCUSES[line.excuse ?? ""] ?? line.excuse}</Tag>}
      {line.declined && <View>客服驳回：{line.declined}</View>}
    </View>
  );
}
