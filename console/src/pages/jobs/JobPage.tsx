import { Card, Descriptions, Tag, Typography } from "antd";
import { Link, useParams } from "react-router";

import { api, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { QUEUES, STATUS_COLOURS, word } from "@/app/words";
import { Actions } from "@/parts/Actions";
import { metres, span, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Charges, RemoteFee } from "./Charges";
import { Clocks } from "./Clocks";
import { Customer } from "./Customer";
import { Dispatch } from "./Dispatch";
import { Photos } from "./Photos";
import { Timeline } from "./Timeline";

type Job = Schemas["JobPage"];

/** What an agent needs while somebody angry is on the phone: who comes when, what it costs and why, what is late. */
export default function JobPage() {
  const jobId = Number(useParams().jobId);
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}", { params: { path: { job_id: jobId } } });
  return (
    <div className="page">
      <Loaded asked={asked}>{(job) => <Shown job={job} />}</Loaded>
    </div>
  );
}

function Shown({ job }: { job: Job }) {
  const may = useMay();
  return (
    <>
      <h1>
        {job.product_name} × {job.units} <Tag color={STATUS_COLOURS[job.status]}>{job.status_name}</Tag>
        {job.queue && <Tag color="red">待办：{word(QUEUES, job.queue)}</Tag>}
        {job.held && <Tag color="orange">暂缓上门</Tag>}
        {job.dispute_open && <Tag color="red">验收争议</Tag>}
      </h1>
      <div style={{ marginBottom: 16 }}>
        <Actions jobId={job.id} version={job.version} actions={job.available_actions} names={job.action_names} />
      </div>
      <div className="columns">
        <Card size="small" title="工单">
          <Facts job={job} />
        </Card>
        <Customer job={job} />
        <Clocks clocks={job.clocks} />
        <Charges job={job} />
        {may("GET /api/v1/jobs/{job_id}/remote-fee") && <RemoteFee jobId={job.id} />}
        {may("GET /api/v1/jobs/{job_id}/photos") && <Photos job={job} />}
        {may("GET /api/v1/jobs/{job_id}/dispatch") && <Dispatch jobId={job.id} />}
        {may("GET /api/v1/jobs/{job_id}/events") && <Timeline jobId={job.id} />}
      </div>
    </>
  );
}

function Facts({ job }: { job: Job }) {
  const items = [
    { label: "工单号", children: job.id },
    { label: "订单号", children: <Typography.Text copyable>{job.order_number}</Typography.Text> },
    { label: "类型", children: job.kind_name },
    { label: "商品", children: `${job.product_name}（${job.sku}）` },
    { label: "网点", children: job.dealer_name },
    { label: "师傅", children: job.installer_name && `${job.installer_name} ${job.installer_phone ?? ""}` },
    { label: "上门时段", children: span(job.window_start, job.window_end) },
    { label: "送达", children: time(job.delivered_at) },
    { label: "期望日期", children: job.wanted_at && time(job.wanted_at) },
    { label: "距离", children: metres(job.distance_m) },
    { label: "评分", children: job.rating && `${job.rating} 星 ${job.rating_text ?? ""}` },
    { label: "原工单", children: job.parent_id && <Link to={`/jobs/${job.parent_id}`}>{job.parent_id}</Link> },
    { label: "序列号", children: job.serial_numbers.join("、") },
  ];
  return <Descriptions size="small" column={1} items={items.filter((item) => item.children).map((item) => ({ key: item.label, ...item }))} />;
}
