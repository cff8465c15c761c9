import { Button, Segmented } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { QUEUES, word } from "@/app/words";
import { FORMS } from "@/made/forms";
import { Dispatch } from "@/pages/jobs/Dispatch";
import { ActionForm } from "@/parts/ActionForm";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Line = Schemas["JobLine"];

const STUCK = ["dispatch_failed", "no_dealer_left", "no_capacity", "unserved"] as const;
const WAITING = "waiting";
const COLUMNS = [
  { title: "工单", dataIndex: "id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "商品", render: (_: unknown, line: Line) => `${line.product_name} × ${line.units}` },
  { title: "地区", dataIndex: "place" },
  { title: "等待自", render: (_: unknown, line: Line) => time(line.queued_at ?? line.created_at) },
  { title: "", key: "deed", render: (_: unknown, line: Line) => <ByHand line={line} /> },
];

/** Jobs that dispatch could not place, and for each dealer why. */
export default function Dispatching() {
  const [{ queue = STUCK[1] }, set] = useFilters("queue");
  const counts = new Map(api.useQuery("get", "/api/v1/waiting").data?.queues.map((one) => [one.queue, one.jobs]));
  const query = (queue === WAITING ? { status: "offered", limit: 50 } : { queue, limit: 50 }) as Query<"/api/v1/jobs">;
  const asked = api.useInfiniteQuery("get", "/api/v1/jobs", { params: { query } }, PAGED);
  const tabs = STUCK.map((value) => ({ value: value as string, label: `${word(QUEUES, value)} ${counts.get(value) ?? 0}` }));
  return (
    <div className="page">
      <h1>派单台</h1>
      <div className="filters">
        <Segmented aria-label="派不出去的原因" options={[...tabs, { value: WAITING, label: "等网点答复" }]} value={queue} onChange={(value) => set("queue", value)} />
      </div>
      <Lines
        asked={asked}
        columns={COLUMNS}
        rowKey={(line) => line.id}
        empty="没有这样的工单"
        expandable={{ expandedRowRender: (line: Line) => <Dispatch jobId={line.id} />, expandRowByClick: true, columnTitle: <span className="unseen">派单经过</span> }}
      />
    </div>
  );
}

function ByHand({ line }: { line: Line }) {
  const [open, setOpen] = useState(false);
  const form = FORMS[line.status === "unserved" ? "reopen" : "offer"]!;
  return (
    <span onClick={(event) => event.stopPropagation()}>
      <Button size="small" onClick={() => setOpen(true)}>
        {line.status === "unserved" ? form.name : "手工派单"}
      </Button>
      {open && <ActionForm form={form} ids={{ job_id: line.id }} version={line.version} onClose={() => setOpen(false)} />}
    </span>
  );
}
