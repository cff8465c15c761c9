import { View } from "@tarojs/components";
import { useRouter } from "@tarojs/taro";
import { useState, type ReactNode } from "react";

import type { Schemas } from "@/api";
import { api, Frame, useRead } from "@/shell";
import { Card, Countdown, Failed, Loading, Tag, tell, yuan } from "@/parts";

import { Lines } from "../Lines";
import { isOver, monthName } from "../months";
import { Paid } from "../Paid";
import { Sure } from "../Sure";

/** One month: what it comes to and why, kind by kind, line by line; and the owner's word on it. */
export default function Statement() {
  const id = Number(useRouter().params.id);
  return <Frame>{() => <One id={id} />}</Frame>;
}

export type StatementPage = Schemas["StatementPage"];

function One({ id }: { id: number }) {
  const { data, failed, again } = useRead("/api/v1/statements/{statement_id}", { path: { statement_id: id } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const { statement } = data;
  const may = (action: string) => isOver(statement.month, Date.now()) && statement.available_actions.includes(action);
  return (
    <View>
      <Sums page={data} open={may("contest")} />
      <Paid page={data} />
      <View className="tz-heading">钱是怎么来的</View>
      {data.groups.map((group) => (
        <Group key={group.kind} group={group}>
          <Lines statement={id} kind={group.kind} may={may("contest")} again={again} />
        </Group>
      ))}
      {statement.contested_fen !== 0 && (
        <View className="tz-gap">
          <View className="tz-heading">有异议的 {yuan(statement.contested_fen)}，没有计入</View>
          <Lines statement={id} doubted may={false} again={again} />
        </View>
      )}
      <Word page={data} may={may} again={again} />
    </View>
  );
}

function Sums({ page: { statement }, open }: { page: StatementPage; open: boolean }) {
  return (
    <Card title={monthName(statement.month)} aside={<Tag kind="wait">{statement.status_name}</Tag>}>
      <View className="tz-sum">{yuan(statement.payout_fen)}</View>
      {statement.carried_in_fen !== 0 && <View>本月 {yuan(statement.total_fen)}，上月欠 {yuan(-statement.carried_in_fen)}</View>}
      {statement.carried_out_fen < 0 && <View>还欠 {yuan(-statement.carried_out_fen)}，转到下个月扣</View>}
      {open && <View>还剩 <Countdown until={statement.answer_by} /> 可以提异议{statement.status === "draft" ? "，到时不说话就算确认" : ""}</View>}
      {!isOver(statement.month, Date.now()) && <View className="tz-quiet">这个月还没过完，数还会变</View>}
    </Card>
  );
}

function Group({ group, children }: { group: Schemas["Group"]; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <View className="tz-gap">
      <View className="tz-line tz-line--card" id={`group-${group.kind}`} onClick={() => setOpen(!open)} {...{ role: "button", tabIndex: 0, ariaExpanded: open }}>
        <View className="tz-line__text">
          <View>{group.title}</View>
          <View className="tz-quiet tz-plain">{group.lines} 笔</View>
        </View>
        {yuan(group.total_fen)}
      </View>
      {open && children}
    </View>
  );
}

/** What the owner may say now. */
function Word({ page: { statement }, may, again }: { page: StatementPage; may: (action: string) => boolean; again: () => Promise<void> }) {
  const path = { statement_id: statement.id };
  const confirm = async () => {
    await api.post("/api/v1/statements/{statement_id}/confirm", { path, version: statement.version });
    tell.done("已确认，等品牌财务复核付款");
    await again();
  };
  const withdraw = async () => {
    await api.post("/api/v1/statements/{statement_id}/withdraw-contest", { path, version: statement.version });
    tell.done("异议已撤回");
    await again();
  };
  return (
    <View className="tz-stack">
      {may("withdraw_contest") && <Sure id="withdraw" name="撤回全部异议" send={withdraw}>有异议的都算回这个月。</Sure>}
      {may("confirm") && <Sure id="confirm" name="没有问题，确认" kind="main" send={confirm}>确认 {monthName(statement.month)} 应付 {yuan(statement.payout_fen)}。确认后不能再提异议。</Sure>}
    </View>
  );
}
