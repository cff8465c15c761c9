import { Button, Empty, Spin } from "antd";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { Loaded } from "@/parts/Loaded";
import { PAGED } from "@/parts/Lines";
import { time } from "@/parts/format";
import { AddressQuestion } from "@/pages/jobs/AddressQuestion";

const QUERY = { params: { query: { queue: "address", limit: 20 } } } as const;

/** Jobs that nobody can be sent to yet, each with the places that its address may mean. */
export default function Addresses() {
  const asked = api.useInfiniteQuery("get", "/api/v1/jobs", QUERY, PAGED);
  return (
    <div className="page">
      <h1>地址待确认</h1>
      <p className="quiet">选中一个候选地区即更正；为此读取完整地址，会记录在案。客户原来写的地址会保留。</p>
      <Loaded asked={asked}>
        {({ pages }) => {
          const lines = pages.flatMap((page) => page.items);
          return lines.length === 0 ? <Empty description="没有待确认的地址" /> : lines.map((line) => <Waiting key={line.id} line={line} />);
        }}
      </Loaded>
      {asked.hasNextPage && (
        <Button block loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
          更多
        </Button>
      )}
    </div>
  );
}

function Waiting({ line }: { line: Schemas["JobLine"] }) {
  const job = api.useQuery("get", "/api/v1/jobs/{job_id}", { params: { path: { job_id: line.id } } });
  return (
    <section className="row" aria-label={`工单 ${line.id}`}>
      <div>
        <Link to={`/jobs/${line.id}`}>{line.id}</Link> {line.product_name} × {line.units}
        <span className="quiet"> 等待自 {time(line.queued_at)}</span>
      </div>
      {job.data ? <AddressQuestion job={job.data} /> : <Spin size="small" />}
    </section>
  );
}
