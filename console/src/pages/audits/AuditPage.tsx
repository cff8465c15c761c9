import { Alert, Button, Card, Checkbox, Descriptions, Form, Space, Table, Tag } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { AUDIT_WHYS, AUDITS, FAULTS, VERDICTS, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import "./audits.css";
import { Charged, Serials } from "./Checks";
import { FailForm } from "./FailForm";
import { PhotoStrip } from "./PhotoStrip";
import { Scene } from "./Scene";
import { useMarks } from "./marks";
import { Undo, useVerdicts } from "./verdicts";

type Audit = Schemas["AuditPage"];

/** Everything that speaks for or against one job's evidence, and one's word on it. */
export default function AuditPage() {
  const jobId = Number(useParams().jobId);
  const path = { params: { path: { job_id: jobId } } };
  const job = api.useQuery("get", "/api/v1/jobs/{job_id}", path);
  const audit = api.useQuery("get", "/api/v1/audits/{job_id}", path, { enabled: job.data !== undefined && job.data.audit !== "not_sampled" });
  return (
    <div className="page">
      <Loaded asked={job}>
        {(found) => (
          <>
            <h1>
              稽核工单 {jobId} <Tag>{word(AUDITS, found.audit)}</Tag>
              {audit.data && <Tag color="blue">{word(AUDIT_WHYS, audit.data.why)}</Tag>}
            </h1>
            <Verdict job={found} audit={audit.data} />
            <div className="columns">
              <Card size="small" title="地点与时间">
                <Scene jobId={jobId} />
              </Card>
              {audit.data && <Said audit={audit.data} />}
              <Charged jobId={jobId} />
              <Serials job={found} />
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Verdict({ job, audit }: { job: Schemas["JobPage"]; audit: Audit | undefined }) {
  const { role } = useMe();
  const verdicts = useVerdicts();
  const marks = useMarks();
  const [failing, fail] = useState(false);
  const told = verdicts.told.get(job.id);
  // An admin decides only where two auditors differ, and then sees what both said.
  const judging = job.audit === "waiting" && !told && (role === "auditor" || (audit?.opinions.length ?? 0) >= 2);
  return (
    <>
      <Space wrap style={{ marginBottom: 12 }}>
        <Button type="primary" disabled={!judging} onClick={() => verdicts.say(job.id, { verdict: "pass", fraud: false, photos: [] })}>
          合格
        </Button>
        <Button danger disabled={!judging} onClick={() => fail(true)}>
          不合格
        </Button>
        {told && <span role="status">{told}</span>}
        {audit?.appealed_at && !audit.answered_at && <AnswerAppeal jobId={job.id} />}
        <Link to={`/jobs/${job.id}`}>工单全貌</Link>
      </Space>
      <PhotoStrip jobId={job.id} judging={judging} marks={marks} />
      {failing && (
        <FailForm
          jobId={job.id}
          marks={marks.of(job.id)}
          onClose={() => fail(false)}
          onSay={(body) => {
            fail(false);
            verdicts.say(job.id, body);
          }}
        />
      )}
      <Undo waiting={verdicts.waiting} onUndo={verdicts.undo} />
    </>
  );
}

const AnswerAppeal = ({ jobId }: { jobId: number }) => (
  <Deed<{ granted?: boolean; reason: string }>
    label="答复申诉"
    send={({ granted, reason }, header) =>
      http.POST("/api/v1/audits/{job_id}/answer-appeal", { params: { path: { job_id: jobId }, header }, body: { granted: Boolean(granted), reason } })
    }
  >
    <Form.Item name="granted" valuePropName="checked">
      <Checkbox>申诉成立，撤销不合格结论</Checkbox>
    </Form.Item>
    <TextField name="reason" label="理由" long />
  </Deed>
);

const OPINIONS = [
  { title: "轮", render: (_: unknown, said: Schemas["OpinionView"]) => `${said.round}.${said.turn}` },
  { title: "结论", render: (_: unknown, said: Schemas["OpinionView"]) => `${word(VERDICTS, said.verdict)}${said.fraud ? "（作假）" : ""}` },
  { title: "责任方", dataIndex: "fault", render: (fault: string | null) => word(FAULTS, fault) },
  { title: "依据", render: (_: unknown, said: Schemas["OpinionView"]) => [...said.photos.map((photo) => `照片 ${photo.photo_id} ${photo.text}`), said.note].filter(Boolean).join("；") },
  { title: "时间", dataIndex: "at", render: time },
];

/** What the lot and people said; of a round that is still open nothing. */
function Said({ audit }: { audit: Audit }) {
  const facts = [
    { label: "抽中概率", children: `${audit.inclusion_bp / 100} %` },
    { label: "抽签", children: audit.ticket !== null && <span title={audit.seed ?? ""}>第 {audit.ticket} 号</span> },
    { label: "结论", children: audit.verdict && `${word(VERDICTS, audit.verdict)}，${time(audit.decided_at)}` },
    { label: "网点评分", children: audit.score_change !== 0 && `${audit.score_change > 0 ? "+" : ""}${audit.score_change}` },
    { label: "二次上门", children: audit.child_id && <Link to={`/jobs/${audit.child_id}`}>工单 {audit.child_id}</Link> },
    { label: "申诉", children: audit.appealed_at && `${time(audit.appealed_at)}：${audit.appeal ?? ""}` },
    { label: "答复期限", children: audit.answer_due_at && !audit.answered_at && time(audit.answer_due_at) },
    { label: "答复", children: audit.answered_at && `${audit.reversed_at ? "成立" : "不成立"}：${audit.answer ?? ""} ${audit.second_visit ?? ""}` },
  ];
  return (
    <Card size="small" title="稽核">
      {audit.findings.map((finding) => (
        <Alert key={finding.code} type={finding.weight >= 40 ? "error" : "warning"} showIcon title={`${finding.reason}（${finding.weight} 分）`} style={{ marginBottom: 8 }} />
      ))}
      <Descriptions size="small" column={1} items={facts.filter((fact) => fact.children).map((fact) => ({ key: fact.label, ...fact }))} />
      {audit.opinions.length > 0 && <Table size="small" pagination={false} columns={OPINIONS} dataSource={audit.opinions} rowKey={(said) => `${said.round}.${said.turn}`} />}
    </Card>
  );
}
