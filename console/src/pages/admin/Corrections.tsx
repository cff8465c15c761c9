import { Card, Tag } from "antd";

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
      <Lines asked={asked} columns={COLUMNS} rowKey={(one) => one.id} empty="没有更正过" />
    </Card>
  );
}
