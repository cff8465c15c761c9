import { Segmented } from "antd";
import { Link } from "react-router";

import { api, type Query } from "@/api/client";
import { options, OUTBOX, OWED, WIRES, word } from "@/app/words";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

const COLUMNS = [
  { title: "编号", dataIndex: "id", className: "numbers" },
  { title: "内容", dataIndex: "kind", render: (kind: string) => word(OWED, kind) },
  { title: "渠道", dataIndex: "wire", render: (wire: string | null) => word(WIRES, wire) },
  { title: "工单", dataIndex: "job_id", render: (id: number | null) => (id == null ? "—" : <Link to={`/jobs/${id}`}>{id}</Link>) },
  { title: "产生", dataIndex: "created_at", render: time, className: "numbers" },
  { title: "尝试", dataIndex: "attempts", align: "right" as const, className: "numbers" },
  { title: "最近尝试", dataIndex: "tried_at", render: time, className: "numbers" },
  { title: "下次", dataIndex: "next_at", render: time, className: "numbers" },
  { title: "原因", dataIndex: "last_error", className: "words" },
];

/** What the product owes people and other systems: what waits, and what it gave up on. */
export default function Outbox() {
  const [filters, set] = useFilters("state");
  const state = filters.state ?? "parked";
  const query = { state, limit: 50 } as Query<"/api/v1/outbox">;
  const asked = api.useInfiniteQuery("get", "/api/v1/outbox", { params: { query } }, { ...PAGED, refetchInterval: 15_000 });
  return (
    <div className="page">
      <h1>消息发送</h1>
      <div className="filters">
        <Segmented options={options(OUTBOX)} value={state} onChange={(value) => set("state", value)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有这样的消息" />
    </div>
  );
}
