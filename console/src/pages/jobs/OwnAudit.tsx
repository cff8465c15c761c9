import { Card, Descriptions, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { AUDITS, FAULTS, VERDICTS, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { time } from "@/parts/format";

type Audit = Schemas["AuditPage"];

const DONE = ["submitted", "confirmed", "closed", "rework"];

/** What the brand said of the dealer's work, why, and the owner's one appeal; a job that nobody judged has none. */
export function OwnAudit({ job }: { job: Schemas["JobPage"] }) {
  const path = { params: { path: { job_id: job.id } } };
  const { data } = api.useQuery("get", "/api/v1/audits/{job_id}", path, { enabled: DONE.includes(job.status) });
  if (!data) return null;
  return (
    <Card size="small" title={<>稽核 <Tag>{word(AUDITS, data.state)}</Tag></>}>
      <Said audit={data} />
    </Card>
  );
}

function Said({ audit }: { audit: Audit }) {
  const may = useMay();
  const facts = [
    { label: "结论", children: audit.verdict && `${word(VERDICTS, audit.verdict)}${audit.fraud ? "（作假）" : ""}，${time(audit.decided_at)}` },
    { label: "责任方", children: audit.fault && word(FAULTS, audit.fault) },
    { label: "依据", children: audit.opinions.flatMap((said) => [...said.photos.map((photo) => `照片 ${photo.photo_id} ${photo.text}`), said.note]).filter(Boolean).join("；") },
    { label: "评分", children: audit.score_change !== 0 && `${audit.score_change > 0 ? "+" : ""}${audit.score_change}` },
    { label: "二次上门", children: audit.child_id && <Link to={`/jobs/${audit.child_id}`}>工单 {audit.child_id}</Link> },
    { label: "申诉", children: audit.appealed_at && `${time(audit.appealed_at)}：${audit.appeal ?? ""}` },
    { label: "答复期限", children: audit.appealed_at && !audit.answered_at && time(audit.answer_due_at) },
    { label: "答复", children: audit.answered_at && `${audit.reversed_at ? "成立，结论已撤销" : "不成立"}：${audit.answer ?? ""} ${audit.second_visit ?? ""}` },
  ];
  const appealable = audit.verdict !== "pass" && !audit.appealed_at && may("POST /api/v1/audits/{job_id}/appeal");
  return (
    <>
      <Descriptions size="small" column={1} items={facts.filter((fact) => fact.children).map((fact) => ({ key: fact.label, ...fact }))} />
      {appealable && (
        <Deed<{ reason: string }>
          size="small"
          label="申诉"
          title="申诉稽核结论"
          send={(body, once) => http.POST("/api/v1/audits/{job_id}/appeal", { params: { path: { job_id: audit.job_id }, header: { ...once } }, body })}
        >
          <p>判定后七天内可以申诉一次，由没有判过这个工单的人答复。</p>
          <TextField name="reason" label="理由" long />
        </Deed>
      )}
    </>
  );
}
