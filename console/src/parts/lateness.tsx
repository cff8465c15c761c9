import { Tag } from "antd";

import type { Schemas } from "@/api/client";
import { CLOCKS, EXCUSES, LEVELS, type Words, word } from "@/app/words";
import { now } from "./days";
import { lasting, time } from "./format";

type Breach = Schemas["BreachLine"];

const COLOURS: Words = { notice: "gold", breach: "red", severe: "magenta" };
const OWNERS: Words = { dealer: "网点", agent: "客服", brand: "品牌稽核", customer: "客户" };

export const LevelTag = ({ level }: { level: string }) => <Tag color={COLOURS[level]}>{word(LEVELS, level)}</Tag>;

/** What a list of breaches is narrowed to; without a choice it is what waits for somebody. */
export const SHOWN = [
  { value: "", label: "未处理" },
  { value: "unanswered", label: "申诉待答复" },
  { value: "appealed", label: "申诉过的" },
  { value: "all", label: "全部" },
];

/** One line for a clock, as asked by `SHOWN`. */
export const shownBy = (shown: string | undefined) => ({
  latest: true,
  open: shown ? undefined : true,
  unanswered: shown === "unanswered" || undefined,
  appealed: shown === "appealed" || undefined,
  limit: 50,
});

/** How late it is by now, or was when it was done. */
export function HowLate({ breach }: { breach: Breach }) {
  const late = Date.parse(breach.stopped_at ?? now().toISOString()) - Date.parse(breach.due_at);
  return (
    <>
      <div className="numbers">{late < 0 ? `还剩 ${lasting(-late)}` : `迟了 ${lasting(late)}`}</div>
      <div className="quiet numbers">应于 {time(breach.due_at)}</div>
      {breach.stopped_at && <div className="quiet numbers">已于 {time(breach.stopped_at)} 完成</div>}
      {breach.paused_at && !breach.stopped_at && <div className="quiet">暂停计时</div>}
    </>
  );
}

const answering = (breach: Breach): boolean => Boolean(breach.appealed_at && !breach.excused_at && !breach.declined_at && !breach.withdrawn_at);

/** Who must do something, and what. */
export function Whose({ breach }: { breach: Breach }) {
  const { level, dealer_id, acknowledged_at, excused_at, withdrawn_at } = breach;
  const silent = level !== "notice" && !acknowledged_at && !breach.appealed_at && !excused_at && !withdrawn_at;
  const todo = [
    !breach.stopped_at && !withdrawn_at && `${word(OWNERS, breach.owner)}：${word(CLOCKS, breach.kind)}`,
    answering(breach) && "客服：答复申诉",
    silent && `${dealer_id == null ? "客服" : "网点"}：说明情况`,
  ].filter((one) => one !== false);
  return todo.length === 0 ? <span className="quiet">无</span> : <>{todo.map((one) => <div key={one}>{one}</div>)}</>;
}

/** What has been said about it, in the order in which it was. */
export const Story = ({ breach }: { breach: Breach }) => (
  <div className="words">
    {breach.explained && <div>师傅说明：{breach.explained}</div>}
    {breach.said_before && <div>此前说明：{breach.said_before}</div>}
    {breach.acknowledged_at && <div>说明：{breach.memo ?? "内容已删除"}</div>}
    {breach.appealed_at && <div>申诉：{breach.appeal ?? "内容已删除"}</div>}
    {answering(breach) && breach.answer_due_at && <div className="quiet">须于 {time(breach.answer_due_at)} 前答复</div>}
    {breach.excused_at && <Tag color="green">已免责：{word(EXCUSES, breach.excuse)}</Tag>}
    {breach.declined_at && <Tag className="words">申诉驳回：{breach.declined}</Tag>}
    {breach.withdrawn_at && <Tag>已撤销：{word(WITHDRAWN, breach.withdrawn)}</Tag>}
  </div>
);

const WITHDRAWN: Words = { told_late: "补报后证实没有超时", corrected: "时效规则更正" };
