import { Button, Card, Space, Tag } from "antd";
import { useState } from "react";

import { api, type Schemas } from "@/api/client";
import { ROLES, word } from "@/app/words";
import { FORMS } from "@/made/forms";
import { ActionForm } from "@/parts/ActionForm";
import { Cause } from "@/parts/Cause";
import { money, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Job = Schemas["JobPage"];
type Whole = Schemas["ComplaintPage"];

const OF_A_COMPLAINT = "/complaints/{complaint_id}/";
const AFTER_ITS_END = new Set(["lift_stop"]);

/** What the customer complains of, what was answered, and what may be done about each. */
export function Complaints({ job, complaints }: { job: Job; complaints: readonly Schemas["ComplaintLine"][] }) {
  if (complaints.length === 0) return null;
  return (
    <Card size="small" title="投诉">
      {[...complaints].reverse().map(({ id }) => (
        <Complaint key={id} id={id} job={job} />
      ))}
    </Card>
  );
}

/** One complaint whole, with its buttons: `job` says what may be done. */
export function Complaint({ id, job }: { id: number; job: Job }) {
  const asked = api.useQuery("get", "/api/v1/complaints/{complaint_id}", { params: { path: { complaint_id: id } } });
  return <Loaded asked={asked}>{(whole) => <Told whole={whole} job={job} />}</Loaded>;
}

function Told({ whole, job }: { whole: Whole; job: Job }) {
  return (
    <article className="said" aria-label={`投诉 ${whole.id}`}>
      <div>
        <Tag color={whole.category === "safety" ? "red" : "default"}>{whole.category_name}</Tag>
        <Tag color={whole.closed_at ? "default" : "red"}>{whole.closed_at ? "已了结" : whole.first_reply_at ? "处理中" : "待首次回复"}</Tag>
        {whole.installer_stopped && <Tag color="red">师傅已停用</Tag>}
      </div>
      <Words at={whole.opened_at} role={whole.opened_by_role} text={whole.text} />
      {whole.replies.map((reply) => (
        <Words key={reply.at} at={reply.at} role={reply.by_role} text={reply.text} />
      ))}
      {whole.safety_called_at && <div className="quiet">{time(whole.safety_called_at)} 已安全回电</div>}
      {whole.closed_at && (
        <div>
          结论：{whole.verdict === "upheld" ? "成立" : "不成立"}
          {whole.compensation_fen > 0 && `，赔偿 ${money(whole.compensation_fen)}`}
          {whole.verdict_text && `。${whole.verdict_text}`}
        </div>
      )}
      <Deeds whole={whole} job={job} />
    </article>
  );
}

const Words = ({ at, role, text }: { at: string; role: string; text: string | null }) => (
  <div>
    <span className="quiet">
      {time(at)} {word(ROLES, role)}：
    </span>
    {text ?? <span className="quiet">内容已删除</span>}
  </div>
);

function Deeds({ whole, job }: { whole: Whole; job: Job }) {
  const [chosen, choose] = useState<string | null>(null);
  const actions = job.available_actions.filter(
    (action) => FORMS[action]?.path.includes(OF_A_COMPLAINT) && (AFTER_ITS_END.has(action) ? whole.installer_stopped : !whole.closed_at),
  );
  const shown = actions.filter((action) => action !== "safety_called" || whole.category === "safety");
  const form = chosen ? FORMS[chosen] : undefined;
  return (
    <Space wrap>
      {shown.map((action) => (
        <Button key={action} size="small" onClick={() => choose(action)}>
          {job.action_names[action] ?? FORMS[action]?.name}
        </Button>
      ))}
      <Cause source="complaint" id={whole.id} />
      {form && <ActionForm form={form} ids={{ job_id: job.id, complaint_id: whole.id }} version={job.version} onClose={() => choose(null)} />}
    </Space>
  );
}
