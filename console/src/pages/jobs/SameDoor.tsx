import { Card, Tag } from "antd";
import { Link } from "react-router";

import { api } from "@/api/client";
import { KINDS, STATUS_COLOURS, STATUSES, word } from "@/app/words";
import { span } from "@/parts/format";

/** Other jobs at this door: done in one visit they bear one remote fee. */
export function SameDoor({ jobId }: { jobId: number }) {
  const { data } = api.useQuery("get", "/api/v1/jobs/{job_id}/same-door", { params: { path: { job_id: jobId } } });
  if (!data || data.items.length === 0) return null;
  return (
    <Card size="small" title="同一地址的工单">
      {data.items.map((job) => (
        <div key={job.job_id}>
          <Link to={`/jobs/${job.job_id}`}>
            {job.job_id} {word(KINDS, job.kind)} {job.product_name} × {job.units}
          </Link>{" "}
          <Tag color={STATUS_COLOURS[job.status]}>{word(STATUSES, job.status)}</Tag>
          {job.window_start && span(job.window_start, job.window_end)}
          <div className="quiet">{job.advice}</div>
        </div>
      ))}
    </Card>
  );
}
