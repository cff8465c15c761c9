import { Tag } from "antd";
import type { ReactNode } from "react";

import { api, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { CLOCKS, word } from "@/app/words";
import { metres, money, span, time } from "@/parts/format";
import { LEVELS } from "./levels";

type Job = Schemas["JobPage"];

/** What is asked first on the telephone, at a glance: who comes when, what it costs and why, what is late. */
export function Brief({ job, complaints }: { job: Job; complaints: readonly Schemas["ComplaintLine"][] }) {
  return (
    <div className="brief">
      <Tile title="谁、什么时候上门">
        <Visit job={job} />
      </Tile>
      <Tile title="收多少、为什么">
        <Costs job={job} />
      </Tile>
      <Tile title="时效">
        <Lateness clocks={job.clocks} />
      </Tile>
      <Tile title="投诉与争议">
        <Quarrels job={job} complaints={complaints} />
      </Tile>
    </div>
  );
}

const Tile = ({ title, children }: { title: string; children: ReactNode }) => (
  <section aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
);

function Visit({ job }: { job: Job }) {
  const who = [job.dealer_name, job.installer_name, job.installer_phone].filter(Boolean).join(" · ");
  return (
    <>
      <strong>{job.window_start ? span(job.window_start, job.window_end) : "还没有约定上门时间"}</strong>
      <div>{who || "还没有网点接单"}</div>
      <div className="quiet">
        {job.delivered_at ? `货 ${time(job.delivered_at)} 送达` : "货未送达"}
        {job.distance_m != null && `，距网点 ${metres(job.distance_m)}`}
      </div>
    </>
  );
}

function Costs({ job }: { job: Job }) {
  const may = useMay();
  const params = { params: { path: { job_id: job.id } } };
  const sheet = api.useQuery("get", "/api/v1/jobs/{job_id}/charges", params);
  const way = api.useQuery("get", "/api/v1/jobs/{job_id}/remote-fee", params, { enabled: may("GET /api/v1/jobs/{job_id}/remote-fee") });
  return (
    <>
      <strong>{sheet.data ? `已同意 ${money(sheet.data.agreed_fen)}` : "…"}</strong>
      {!!sheet.data?.waiting_fen && <Tag color="gold">待客户确认 {money(sheet.data.waiting_fen)}</Tag>}
      {!!sheet.data && sheet.data.refund_fen > sheet.data.returned_fen && <Tag color="orange">应退 {money(sheet.data.refund_fen - sheet.data.returned_fen)}</Tag>}
      {!!sheet.data?.returned_fen && <Tag color="green">已退 {money(sheet.data.returned_fen)}</Tag>}
      {way.data && (
        <div>
          远程费：{way.data.customer_fen > 0 ? `客户付 ${money(way.data.customer_fen)}` : "客户不付"}
          {way.data.disputed && <Tag color="red">有异议</Tag>}
        </div>
      )}
    </>
  );
}

function Lateness({ clocks }: { clocks: Job["clocks"] }) {
  const running = clocks.filter((clock) => !clock.stopped_at).sort((a, b) => b.level - a.level || dueOf(a) - dueOf(b));
  const late = clocks.filter((clock) => clock.level >= 2).length;
  const [first] = running;
  return (
    <>
      <strong>{first ? `${word(CLOCKS, first.kind)} ${first.paused ? "暂停中" : `${time(first.due_at)} 前`}` : "没有在计时的事项"}</strong>
      {first && first.level > 0 && <Tag color={LEVELS[first.level]!.colour}>{LEVELS[first.level]!.label}</Tag>}
      <div className={late ? undefined : "quiet"}>{late ? `共 ${late} 项超时` : "没有超时"}</div>
    </>
  );
}

const dueOf = (clock: Schemas["ClockLine"]) => (clock.due_at ? Date.parse(clock.due_at) : Number.POSITIVE_INFINITY);

function Quarrels({ job, complaints }: { job: Job; complaints: readonly Schemas["ComplaintLine"][] }) {
  const open = complaints.filter((one) => !one.closed_at);
  const unreplied = open.filter((one) => !one.first_reply_at).length;
  return (
    <>
      <strong>{open.length ? `${open.length} 个投诉未了结` : "没有未了结的投诉"}</strong>
      {unreplied > 0 && <Tag color="red">待首次回复</Tag>}
      {job.dispute && <Tag color="red">验收争议：{job.dispute.reason_name ?? "待裁定"}</Tag>}
      {job.dispute_open && !job.dispute && <Tag color="red">收费争议</Tag>}
      {job.remote_open && <Tag color="red">远程费争议</Tag>}
      <div className="quiet">{complaints.length > open.length ? `另有 ${complaints.length - open.length} 个已了结` : ""}</div>
    </>
  );
}
