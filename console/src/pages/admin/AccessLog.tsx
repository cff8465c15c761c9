import { InputNumber, Select } from "antd";
import { Link } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { ACCESSES, HOLD_REASONS, LIFT_REASONS, options, ROLES, word } from "@/app/words";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Line = Schemas["AccessLine"];

const person = (id: number | null, name?: string | null) => (id == null ? "—" : <Link to={`?person_id=${id}`}>{name ?? `编号 ${id}`}</Link>);

const COLUMNS = [
  { title: "时间", dataIndex: "at", render: time, className: "numbers" },
  { title: "谁", render: (_: unknown, line: Line) => person(line.actor_person_id ?? line.person_id, line.actor_name) },
  { title: "岗位", dataIndex: "actor_role", render: (role: string | null) => word(ROLES, role) },
  { title: "做了什么", render: (_: unknown, line: Line) => [word(ACCESSES, line.kind), ROLES[String(line.data.role)]].filter(Boolean).join("：") },
  { title: "涉及的人", render: (_: unknown, line: Line) => person(line.actor_person_id == null ? null : line.person_id) },
  { title: "工单", dataIndex: "job_id", render: (id: number | null) => (id == null ? "—" : <Link to={`/jobs/${id}`}>{id}</Link>) },
  { title: "原因", dataIndex: "reason", className: "words", render: (reason: string | null) => reason && ({ ...HOLD_REASONS, ...LIFT_REASONS }[reason] ?? reason) },
];

/** Who looked at personal data, who came in, who was refused. */
export default function AccessLog() {
  const [filters, set] = useFilters("person_id", "job_id", "kind");
  const query = { ...filters, person_id: number(filters.person_id), job_id: number(filters.job_id), limit: 50 } as Query<"/api/v1/access-log">;
  const asked = api.useInfiniteQuery("get", "/api/v1/access-log", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>访问记录</h1>
      <div className="filters">
        <Select allowClear showSearch optionFilterProp="label" placeholder="做了什么" aria-label="做了什么" style={{ width: 180 }} options={options(ACCESSES)} value={filters.kind} onChange={(value) => set("kind", value)} />
        <InputNumber min={1} precision={0} controls={false} placeholder="工单" aria-label="工单" value={number(filters.job_id)} onChange={(value) => set("job_id", value)} />
        <InputNumber min={1} precision={0} controls={false} placeholder="人员编号" aria-label="人员编号" value={number(filters.person_id)} onChange={(value) => set("person_id", value)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有符合条件的记录" />
    </div>
  );
}
