import { View } from "@tarojs/components";
import { useState } from "react";

import type { Schemas } from "@/api";
import { api, go, useRead } from "@/shell";
import { Button, Failed, Field, Loading, Sheet, Tag, tell, yuan } from "@/parts";

import { Papers, sendPapers } from "./papers";

type Line = Schemas["StatementLine"];

interface Props {
  statement: number;
  kind?: string;
  doubted?: boolean;
  /** Whether lines can be contested now. */
  may: boolean;
  /** What the page shows has changed. */
  again: () => Promise<void>;
}

const PAGE = 50;

/** Lines of one kind, or those with a doubt; as many again by a button. */
export function Lines({ statement, kind, doubted, may, again }: Props) {
  const [most, setMost] = useState(PAGE);
  const query = { limit: most, ...(kind ? { kind } : {}), ...(doubted === undefined ? {} : { doubted }) };
  const read = useRead("/api/v1/statements/{statement_id}/lines", { path: { statement_id: statement }, query });
  const [chosen, setChosen] = useState<Line>();
  if (!read.data) return read.failed ? <Failed why={read.failed} again={read.again} /> : <Loading />;
  const changed = async () => {
    setChosen(undefined);
    await Promise.all([read.again(), again()]);
  };
  return (
    <View>
      {read.data.items.map((line) => (
        <View key={line.entry_id} className="tz-entry" id={`line-${line.entry_id}`} onClick={() => setChosen(line)} {...{ role: "button", tabIndex: 0 }}>
          <View className="tz-entry__memo">{line.memo}<Doubt line={line} /></View>
          <View className="tz-entry__sum">{yuan(line.amount_fen)}</View>
        </View>
      ))}
      {read.data.next_cursor && most < 2 * PAGE && <Button onPress={() => setMost(2 * PAGE)}>再看 {PAGE} 笔</Button>}
      {read.data.next_cursor && most >= 2 * PAGE && <View className="tz-quiet">只显示前 {most} 笔，全部请在电脑上看</View>}
      {chosen && <OneLine statement={statement} line={chosen} may={may} close={() => setChosen(undefined)} changed={changed} />}
    </View>
  );
}

function Doubt({ line: { contest, contested_at } }: { line: Line }) {
  if (!contest) return null;
  const answered = contest.answer === "accepted" ? <Tag kind="good">异议已接受</Tag> : <Tag kind="bad">异议未接受</Tag>;
  return <View>{contest.answer ? answered : contested_at ? <Tag kind="warn">有异议</Tag> : null}</View>;
}

interface OneProps {
  statement: number;
  line: Line;
  may: boolean;
  close: () => void;
  changed: () => Promise<void>;
}

function OneLine({ statement, line, may, close, changed }: OneProps) {
  const [asking, setAsking] = useState(false);
  const { job_id, contest } = line;
  const open = may && !line.contested_at;
  if (asking) return <Contest statement={statement} line={line} close={close} changed={changed} />;
  const ways = (
    <>
      {open && <Button kind="main" id="contest" onPress={() => setAsking(true)}>这一笔不对</Button>}
      {job_id !== null && <Button id="line-job" onPress={() => go("dealerJob", { id: job_id })}>看工单</Button>}
      <Button onPress={close}>返回</Button>
    </>
  );
  return (
    <Sheet title={yuan(line.amount_fen)} open onClose={close} ways={ways}>
      <View>{line.memo}</View>
      {line.tax_fen !== 0 && <View className="tz-quiet">不含税 {yuan(line.net_fen)}，税 {yuan(line.tax_fen)}</View>}
      {line.moved_from_id !== null && <View className="tz-quiet">上一张结算单转来</View>}
      {contest && <View className="tz-note">我们的异议：{contest.reason}</View>}
      {contest?.words && <View className="tz-note">财务答复：{contest.words}</View>}
    </Sheet>
  );
}

/** First the words, which stop the clock; then the papers, again if need be. */
function Contest({ statement, line, close, changed }: Omit<OneProps, "may">) {
  const [reason, setReason] = useState("");
  const [papers, setPapers] = useState<readonly string[]>([]);
  const [told, setTold] = useState(false);
  const send = async () => {
    if (!told) await api.post("/api/v1/statements/{statement_id}/contest", { path: { statement_id: statement }, body: { entry_ids: [line.entry_id], reason: reason.trim(), photo_ids: [] } });
    setTold(true);
    await sendPapers(`/api/v1/statements/${statement}/contests/${line.entry_id}/files`, papers);
    tell.done("已提出异议，等财务答复");
    await changed();
  };
  return (
    <Sheet
      title={`${yuan(line.amount_fen)} 哪里不对？`}
      open
      onClose={told ? () => void changed() : close}
      ways={
        <>
          <Button kind="main" id="contest-send" off={!reason.trim()} onPress={send}>{told ? "再发一次照片" : "提出异议"}</Button>
          <Button onPress={told ? () => changed() : close}>返回</Button>
        </>
      }
    >
      <Field id="contest-reason" label="应该是多少，为什么" value={reason} onChange={setReason} long />
      <Papers papers={papers} onChange={setPapers} />
    </Sheet>
  );
}
