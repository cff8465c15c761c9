import { View } from "@tarojs/components";
import { useState } from "react";

import type { Schemas } from "@/api";
import { api, Frame, go, useRead } from "@/shell";
import { EXCUSES, LEVELS } from "@/made/words";
import { Button, Card, Empty, Failed, Field, Loading, Old, Sheet, Tag, tell, Time } from "@/parts";

type Late = Schemas["BreachLine"];

const DEEDS: Readonly<Record<string, string>> = { arrive: "签到", finish: "提交完工", supplement: "补照片" };
const KINDS: Readonly<Record<string, "warn" | "bad">> = { notice: "warn", breach: "bad", severe: "bad" };

/** What was late at one's own doors, whom it costs what, and one's word to the dealer about it. */
export default function LatePage() {
  return <Frame>{() => <Lines />}</Frame>;
}

function Lines() {
  const { data, failed, old, at, again } = useRead("/api/v1/breaches", { query: { latest: true, limit: 50 } });
  const [about, setAbout] = useState<Late>();
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>没有超时，都赶上了</Empty>;
  return (
    <View>
      <Old old={old} at={at} />
      {data.items.map((line) => <One key={line.id} line={line} onExplain={() => setAbout(line)} />)}
      {about && <Explain line={about} onClose={() => setAbout(undefined)} again={again} />}
    </View>
  );
}

function One({ line, onExplain }: { line: Late; onExplain: () => void }) {
  const still = !line.explained_at && !line.excused_at && !line.withdrawn_at;
  return (
    <Card title={line.product_name} aside={<Tag kind={line.excused_at ? "good" : KINDS[line.level]}>{line.excused_at ? "已免责" : LEVELS[line.level]}</Tag>}>
      <View>应在 <Time at={line.due_at} /> 前{DEEDS[line.kind]}</View>
      <View>{line.stopped_at ? <>实际 <Time at={line.stopped_at} /></> : "到现在还没有做"}</View>
      <View className="tz-quiet">{cost(line)}</View>
      {line.explained && <View className="tz-note">您的说明：{line.explained}</View>}
      <View className="tz-pair">
        <Button small id={`late-job-${line.id}`} onPress={() => go("job", { id: line.job_id })}>看这一单</Button>
        {still && <Button small kind="main" id={`explain-${line.id}`} onPress={onExplain}>向网点说明</Button>}
      </View>
    </Card>
  );
}

/** Whom it costs: never the installer himself by us, and of the dealer only what the brand measures of it. */
function cost({ family, excused_at, excuse, declined_at, declined, appealed_at }: Late): string {
  if (excused_at) return `客服免了这一条（${EXCUSES[excuse ?? ""] ?? "已核实"}），不扣钱`;
  if (family !== "dealer") return "这是对平台的承诺，不扣钱";
  const whose = "可能扣网点的时效款；您的收入里，只扣网点写明的";
  if (declined_at) return `网点申诉过，没有通过${declined ? `：${declined}` : ""}。${whose}`;
  return appealed_at ? "网点已经申诉，等客服答复" : `${whose}。要不要申诉由网点决定`;
}

function Explain({ line, onClose, again }: { line: Late; onClose: () => void; again: () => Promise<void> }) {
  const [words, setWords] = useState("");
  const send = async () => {
    await api.post("/api/v1/breaches/{breach_id}/explain", { path: { breach_id: line.id }, body: { words: words.trim() } });
    tell.done("网点已经收到");
    onClose();
    await again();
  };
  return (
    <Sheet
      title="为什么晚了？"
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id="explain-now" off={!words.trim()} onPress={send}>交给网点</Button>
          <Button kind="plain" onPress={onClose}>返回</Button>
        </>
      }
    >
      <View className="tz-quiet tz-gap">网点会看到您的话，再决定要不要向品牌申诉。只能说一次，请写清楚。</View>
      <Field id="words" label="您的话" value={words} onChange={setWords} long most={500} hint="例如：上一家多等了一小时，客户知道" />
    </Sheet>
  );
}
