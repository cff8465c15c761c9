import { Segmented, Space } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { options, OUTBOX, OWED, WIRES, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Line = Schemas["OwedLine"];

const COLUMNS = [
  { title: "编号", dataIndex: "id", className: "numbers" },
  { title: "内容", dataIndex: "kind", render: (kind: string) => word(OWED, kind) },
  { title: "渠道", dataIndex: "wire", render: (wire: string | null) => word(WIRES, wire) },
  { title: "工单", dataIndex: "job_id", render: (id: number | null) => (id == null ? "—" : <Link to={`/jobs/${id}`}>{id}</Link>) },
  { title: "产生", dataIndex: "created_at", render: time, className: "numbers" },
  { title: "尝试", dataIndex: "attempts", align: "right" as const, className: "numbers" },
  { title: "最近尝试", dataIndex: "tried_at", render: time, className: "numbers" },
  { title: "下次", dataIndex: "next_at", render: time, className: "numbers" },
  { title: "原因", render: (_: unknown, line: Line) => <Why line={line} /> },
  { title: "", key: "deeds", render: (_: unknown, line: Line) => line.state === "parked" && <Deeds line={line} /> },
];

const Why = ({ line }: { line: Line }) => (
  <div className="words">
    {line.last_error}
    {line.dropped_at && <div>{`${time(line.dropped_at)} 放弃：${line.dropped_why}`}</div>}
  </div>
);

function Deeds({ line }: { line: Line }) {
  const path = { outbox_id: line.id };
  return (
    <Space>
      <Deed size="small" label="再次发送" send={(_, once) => http.POST("/api/v1/outbox/{outbox_id}/retry", { params: { path, header: { ...once } } })}>
        {line.wire ? "立即再试。若上次其实已送达，对方会收到两次。" : "立即再试；已经做过的不会做第二次。"}
      </Deed>
      {line.droppable && (
        <Deed<{ reason: string }> size="small" danger label="放弃" send={(body, once) => http.POST("/api/v1/outbox/{outbox_id}/drop", { params: { path, header: { ...once } }, body })}>
          <p>不再发送，也不再列在这里。</p>
          <TextField name="reason" label="为什么不用再发" long />
        </Deed>
      )}
    </Space>
  );
}

/** What the product owes people and other systems; what it could not do waits here for somebody to decide. */
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
