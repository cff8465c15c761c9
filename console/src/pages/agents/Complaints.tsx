import { Button, Drawer, Segmented, Tag } from "antd";
import { Link } from "react-router";

import { api, type Query } from "@/api/client";
import { COMPLAINTS, word } from "@/app/words";
import { Complaint } from "@/pages/jobs/Complaints";
import { number, useFilters } from "@/parts/filters";
import { money, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { Loaded } from "@/parts/Loaded";


/** Complaints, those that wait longest first; words, replies and the verdict open beside the list. */
export default function Complaints() {
  const [filters, set] = useFilters("open", "complaint");
  const query = { open: filters.open === "false" ? false : undefined, limit: 50 } as Query<"/api/v1/complaints">;
  const asked = api.useInfiniteQuery("get", "/api/v1/complaints", { params: { query } }, PAGED);
  const complaint = number(filters.complaint);
  const columns = [
    {
      title: "投诉",
      dataIndex: "id",
      render: (id: number) => (
        <Button type="link" size="small" aria-label={`投诉 ${id}`} onClick={() => set("complaint", id)}>
          {id}
        </Button>
      ),
    },
    { title: "类别", dataIndex: "category", render: (code: string) => <Tag color={code === "safety" ? "red" : undefined}>{word(COMPLAINTS, code)}</Tag> },
    { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
    { title: "商品", dataIndex: "product_name" },
    { title: "网点", dataIndex: "dealer_name", render: (name: string | null) => name ?? "—" },
    { title: "提出", dataIndex: "opened_at", render: time },
    { title: "首次回复", dataIndex: "first_reply_at", render: (at: string | null) => (at ? time(at) : <Tag color="red">待回复</Tag>) },
    { title: "了结", dataIndex: "closed_at", render: time },
    { title: "赔偿", dataIndex: "compensation_fen", align: "right" as const, className: "numbers", render: (fen: number) => (fen ? money(fen) : "—") },
  ];
  return (
    <div className="page">
      <h1>投诉</h1>
      <div className="filters">
        <Segmented
          aria-label="状态"
          options={[
            { value: "true", label: "未了结" },
            { value: "false", label: "已了结" },
          ]}
          value={filters.open ?? "true"}
          onChange={(value) => set("open", value === "false" ? value : null)}
        />
      </div>
      <Lines asked={asked} columns={columns} rowKey={(line) => line.id} empty="没有投诉" onOpen={(line) => set("complaint", line.id)} />
      <Drawer open={complaint !== undefined} size={520} title={`投诉 ${complaint}`} onClose={() => set("complaint", null)} destroyOnHidden>
        {complaint && <Beside complaint={complaint} />}
      </Drawer>
    </div>
  );
}

function Beside({ complaint }: { complaint: number }) {
  const whole = api.useQuery("get", "/api/v1/complaints/{complaint_id}", { params: { path: { complaint_id: complaint } } });
  return <Loaded asked={whole}>{({ job_id }) => <OfJob complaint={complaint} jobId={job_id} />}</Loaded>;
}

function OfJob({ complaint, jobId }: { complaint: number; jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}", { params: { path: { job_id: jobId } } });
  return (
    <Loaded asked={asked}>
      {(job) => (
        <>
          <p>
            <Link to={`/jobs/${job.id}`}>工单 {job.id}</Link> {job.product_name} · {job.status_name} · {job.dealer_name ?? "没有网点"}
          </p>
          <Complaint id={complaint} job={job} />
        </>
      )}
    </Loaded>
  );
}
