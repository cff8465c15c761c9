import { Segmented, Tag } from "antd";
import { Link, useNavigate } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { AUDIT_WHYS, AUDITS, word } from "@/app/words";
import { DealerName } from "@/parts/dealers";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Line = Schemas["AuditLine"];

const COLUMNS = [
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/audits/${id}`}>{id}</Link> },
  { title: "风险", dataIndex: "risk", align: "right" as const, className: "numbers", render: (risk: number) => (risk >= 40 ? <strong>{risk}</strong> : risk) },
  { title: "为何稽核", dataIndex: "why", render: (why: string | null) => why && <Tag>{word(AUDIT_WHYS, why)}</Tag> },
  { title: "网点", dataIndex: "dealer_id", render: (id: number | null) => <DealerName id={id} /> },
  { title: "照片", dataIndex: "photos", align: "right" as const, render: (photos: number, line: Line) => <Link to={`/photo-wall?state=all&job_id=${line.job_id}`}>{photos}</Link> },
  { title: "免拍", dataIndex: "waived", align: "right" as const },
  { title: "提交", dataIndex: "submitted_at", render: time },
  { title: "验收", dataIndex: "confirmed_at", render: time },
  { title: "状态", dataIndex: "audit", render: (audit: string) => word(AUDITS, audit) },
];

const STATES = ["waiting", "evidence_asked", "appealed", "passed", "failed"];

/** Jobs whose photos wait for one's word, the riskiest first; an admin also finds those where two differ. */
export default function AuditList() {
  const { role } = useMe();
  const [filters, set] = useFilters("state");
  const go = useNavigate();
  const states = role === "admin" ? ["disputed", ...STATES] : STATES;
  const state = filters.state ?? states[0];
  const query = { state, limit: 50 } as Query<"/api/v1/audits">;
  const asked = api.useInfiniteQuery("get", "/api/v1/audits", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>稽核工单</h1>
      <div className="filters">
        <Segmented aria-label="状态" options={states.map((value) => ({ value, label: word(AUDITS, value) }))} value={state} onChange={(value) => set("state", value)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.job_id} empty="没有这样的工单" onOpen={(line) => void go(`/audits/${line.job_id}`)} />
    </div>
  );
}
