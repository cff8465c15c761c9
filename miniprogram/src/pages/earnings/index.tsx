import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { Frame, go, useRead } from "@/shell";
import { EARNING_REASONS } from "@/made/words";
import { Button, Card, Empty, Failed, Loading, Money, Old, Tag } from "@/parts";
import { monthBefore } from "@/installer/days";

type Mine = Schemas["MyEarnings"];
type Line = Mine["items"][number];

/** This month's pay and last month's, line by line, each with its reason. */
export default function Earnings() {
  return <Frame>{() => <Months />}</Frame>;
}

function Months() {
  const now = useRead("/api/v1/me/earnings", { query: { limit: 100 } });
  const month = now.data?.month.month;
  const last = useRead(month ? "/api/v1/me/earnings" : null, { query: { limit: 100, month: month && monthBefore(month) } });
  if (!now.data) return now.failed ? <Failed why={now.failed} again={now.again} /> : <Loading />;
  return (
    <View>
      <Old old={now.old} at={now.at} />
      <Month title="这个月" mine={now.data} />
      {last.data && last.data.items.length > 0 && <Month title="上个月" mine={last.data} />}
      <Button id="to-late" onPress={() => go("late")}>超时记录</Button>
    </View>
  );
}

function Month({ title, mine: { month, items } }: { title: string; mine: Mine }) {
  return (
    <View>
      <View className="tz-heading">{title}（{Number(month.month.slice(5, 7))} 月）</View>
      <Card title={`${month.jobs} 单`} aside={<View className="tz-sum"><Money fen={month.total_fen} /></View>}>
        <View className="tz-quiet">网点已付 <Money fen={month.paid_fen} /> · 还没付 <Money fen={month.open_fen} /></View>
      </Card>
      {items.length === 0 && <Empty>这个月还没有记账的单。工单完结后才记账，一般在验收后七天</Empty>}
      {items.map((line) => <One key={line.id} line={line} />)}
    </View>
  );
}

function One({ line }: { line: Line }) {
  const { job_id: job } = line;
  return (
    <Card
      title={line.reason ? EARNING_REASONS[line.reason] ?? line.text : why(line.text)}
      aside={<View className={line.amount_fen < 0 ? "tz-strong tz-less" : "tz-strong"}><Money fen={line.amount_fen} /></View>}
      {...(job ? { onPress: () => go("job", { id: job }) } : {})}
    >
      <View className="tz-row">
        <View className="tz-quiet">{day(line.worked_on)}{line.reason ? "，网点登记" : ""}{job ? "，点开看这一单" : ""}</View>
        {line.paid_on ? <Tag kind="good">{day(line.paid_on)}已付</Tag> : <Tag>还没付</Tag>}
      </View>
    </Card>
  );
}

/** 安装 电热水器 ¥50.00（单价 3） without the number of the rate, which says nothing to whom it pays. */
const why = (text: string) => text.replace(/（单价 \d+）$/, "");

/** 2026-03-02 → 3月2日 */
function day(date: string): string {
  const [, month, at] = date.split("-").map(Number);
  return `${month}月${at}日`;
}
