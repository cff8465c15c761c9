import { Card, Tag } from "antd";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { CORRECTIONS, word } from "@/app/words";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Correction = Schemas["CorrectionLine"];

const COLUMNS = [
  { title: "时间", dataIndex: "at", render: time, className: "numbers" },
  { title: "更正", dataIndex: "kind", render: (kind: string) => word(CORRECTIONS, kind) },
  { title: "原因", dataIndex: "reason", className: "words" },
  { title: "已改时效", dataIndex: "changed", align: "right" as const, className: "numbers" },
  {
    title: "进度",
    render: (_: unknown, one: Correction) => (one.finished_at ? <Tag color="green">{time(one.finished_at)} 完成</Tag> : <Tag color="processing">更正中</Tag>),
  },
];

/** What changes of rules and calendar did to clocks, the latest first; looked at again while one is under way. */
export function Corrections() {
  const asked = api.useInfiniteQuery("get", "/api/v1/clock-corrections", { params: { query: { limit: 10 } } }, {
    ...PAGED,
    refetchInterval: (found) => (found.state.data?.pages.some((page) => page.items.some((one) => !one.finished_at)) ? 2_000 : false),
  });
  return (
    <Card size="small" title="更正记录" style={{ marginTop: 16 }}>
      <Lines
        asked={asked}
        columns={COLUMNS}
        rowKey={(one) => one.id}
        empty="没有更正过"
        expandable={{ rowExpandable: (one) => one.changed > 0, expandedRowRender: (one) => <Changed correction={one.id} /> }}
      />
    </Card>
  );
}

type Change = Schemas["ChangeLine"];

/** The contract leaves open what a clock was like; its end is what people ask for. */
const due = (clock: Change["before"]) => time(clock.due_at as string | null);

const CHANGES = [
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "原到期", render: (_: unknown, one: Change) => due(one.before), className: "numbers" },
  { title: "新到期", render: (_: unknown, one: Change) => due(one.after), className: "numbers" },
];

function Changed({ correction }: { correction: number }) {
  const asked = api.useInfiniteQuery("get", "/api/v1/clock-changes", { params: { query: { correction_id: correction, limit: 20 } } }, PAGED);
  return <Lines asked={asked} columns={CHANGES} rowKey={(one) => one.id} empty="没有时效因此改变" />;
}
