import { Select, Tag } from "antd";
import { Link, useNavigate } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { KINDS, options, QUEUES, STATUS_COLOURS, STATUSES, word } from "@/app/words";
import { useFilters } from "@/parts/filters";
import { day, span } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Line = Schemas["JobLine"];

const COLUMNS = [
  { title: "工单", dataIndex: "id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "类型", dataIndex: "kind", render: (kind: string) => word(KINDS, kind) },
  {
    title: "状态",
    dataIndex: "status",
    render: (status: string, line: Line) => (
      <>
        <Tag color={STATUS_COLOURS[status]}>{word(STATUSES, status)}</Tag>
        {line.queue && <Tag color="red">{word(QUEUES, line.queue)}</Tag>}
      </>
    ),
  },
  { title: "商品", render: (_: unknown, line: Line) => `${line.product_name} × ${line.units}` },
  { title: "地区", dataIndex: "place" },
  { title: "网点", dataIndex: "dealer_name", render: (name: string | null) => name ?? "—" },
  { title: "上门时段", render: (_: unknown, line: Line) => span(line.window_start, line.window_end) },
  { title: "建单", dataIndex: "created_at", render: day },
];

/** Every job within one's horizon, newest first; of what waits the longest waiting first. */
export default function JobList() {
  const [filters, set] = useFilters("status", "kind", "queue");
  const go = useNavigate();
  const query = { ...filters, limit: 50 } as Query<"/api/v1/jobs">;
  const asked = api.useInfiniteQuery("get", "/api/v1/jobs", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>工单</h1>
      <div className="filters">
        <Select allowClear aria-label="状态" placeholder="状态" style={{ width: 130 }} options={options(STATUSES)} value={filters.status} onChange={(value) => set("status", value)} />
        <Select allowClear aria-label="类型" placeholder="类型" style={{ width: 130 }} options={options(KINDS)} value={filters.kind} onChange={(value) => set("kind", value)} />
        <Select allowClear showSearch optionFilterProp="label" aria-label="待办" placeholder="待办" style={{ width: 160 }} options={options(QUEUES)} value={filters.queue} onChange={(value) => set("queue", value)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有符合条件的工单" onOpen={(line) => void go(`/jobs/${line.id}`)} />
    </div>
  );
}
