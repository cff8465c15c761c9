import { Button, Card, Descriptions, Tag, Typography } from "antd";
import { Link, useParams } from "react-router";

import { api, type Schemas } from "@/api/client";
import { useMay, useMe } from "@/app/session";
import { QUEUES, STATUS_COLOURS, word } from "@/app/words";
import { Actions } from "@/parts/Actions";
import { span, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { useTold } from "@/parts/told";
import { AddressQuestion } from "./AddressQuestion";
import { Brief } from "./Brief";
import { Charges, RemoteFee } from "./Charges";
import { Clocks } from "./Clocks";
import { Complaints } from "./Complaints";
import { Customer } from "./Customer";
import { Dispatch } from "./Dispatch";
import { Notes } from "./Notes";
import { OwnAudit } from "./OwnAudit";
import { Papers } from "./Papers";
import { Photos } from "./Photos";
import { Promised } from "./Promised";
import { SameDoor } from "./SameDoor";
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
  const call = job.kind === "return_visit";
  const complaints = api.useQuery(
    "get",
    "/api/v1/complaints",
    { params: { query: { job_id: job.id, limit: 100 } } },
    { enabled: may("GET /api/v1/complaints") },
  );
  const told = complaints.data?.items ?? [];
  return (
    <>
      <h1>
        {job.product_name} × {job.units} <Tag color={STATUS_COLOURS[job.status]}>{job.status_name}</Tag>
        {job.queue && <Tag color="red">待办：{word(QUEUES, job.queue)}</Tag>}
        {job.held && <Tag color="orange">暂缓上门</Tag>}
      </h1>
      {call ? <p>电话回访：先接单，再拨打客户电话，照着问题记录回答。</p> : <Brief job={job} complaints={told} />}
      <AddressQuestion job={job} />
      <div className="deeds">
        <Actions jobId={job.id} version={job.version} actions={job.available_actions} names={job.action_names} />
        {may("POST /api/v1/jobs/{job_id}/return-visits") && <CallLater job={job} />}
      </div>
      <div className="columns">
        <Customer job={job} />
        <Complaints job={job} complaints={told} />
        {!call && may("POST /api/v1/job-searches") && <Promised job={job} />}
        {!call && <Charges job={job} />}
        {!call && may("GET /api/v1/jobs/{job_id}/remote-fee") && <RemoteFee jobId={job.id} />}
        {job.clocks.length > 0 && <Clocks job={job} />}
        {may("GET /api/v1/jobs/{job_id}/notes") && <Notes jobId={job.id} />}
        <Card size="small" title="工单">
          <Facts job={job} />
        </Card>
        {!call && may("GET /api/v1/jobs/{job_id}/photos") && <Photos job={job} />}
        {may("POST /api/v1/audits/{job_id}/appeal") && <OwnAudit job={job} />}
        {!call && may("GET /api/v1/jobs/{job_id}/same-door") && <SameDoor jobId={job.id} />}
        {!call && <Papers job={job} />}
        {!call && may("GET /api/v1/jobs/{job_id}/dispatch") && <Dispatch jobId={job.id} />}
        {may("GET /api/v1/jobs/{job_id}/events") && <Timeline jobId={job.id} />}
      </div>
    </>
  );
}

/** Have the customer called once the work is done. */
function CallLater({ job }: { job: Job }) {
  const make = api.useMutation("post", "/api/v1/jobs/{job_id}/return-visits", useTold("已安排电话回访"));
  if (job.kind === "return_visit" || !["confirmed", "closed"].includes(job.status)) return null;
  return (
    <Button loading={make.isPending} onClick={() => make.mutate({ params: { path: { job_id: job.id } } })}>
      安排电话回访
    </Button>
  );
}

function Facts({ job }: { job: Job }) {
  const { dealer_id } = useMe();
  const items = [
    { label: "工单号", children: job.id },
    { label: "订单号", children: <Typography.Text copyable>{job.order_number}</Typography.Text> },
    { label: "订单", children: dealer_id === null && <Link to={`/orders?number=${encodeURIComponent(job.order_number)}`}>查看订单</Link> },
    { label: "类型", children: job.kind_name },
    { label: "商品", children: `${job.product_name}（${job.sku}）` },
    { label: "网点", children: job.dealer_name },
    { label: "上门时段", children: job.window_start && span(job.window_start, job.window_end) },
    { label: "期望日期", children: job.wanted_at && time(job.wanted_at) },
    { label: "自动验收", children: job.auto_confirm_at && time(job.auto_confirm_at) },
    { label: "评分", children: job.rating && `${job.rating} 星 ${job.rating_tags.join("、")} ${job.rating_text ?? ""}` },
    { label: "争议", children: job.dispute && `${time(job.dispute.at)} ${job.dispute.reason_name ?? ""} ${job.dispute.text ?? ""}` },
    { label: "原工单", children: job.parent_id && <Link to={`/jobs/${job.parent_id}`}>{job.parent_id}</Link> },
    { label: "序列号", children: job.serial_numbers.join("、") },
  ];
  return <Descriptions size="small" column={1} items={items.filter((item) => item.children).map((item) => ({ key: item.label, ...item }))} />;
}
