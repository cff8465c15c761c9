import { Tag } from "antd";
import { Link } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { STATUS_COLOURS, STATUSES, word } from "@/app/words";
import { DayRange } from "@/parts/DayRange";
import { DealerPick } from "@/parts/dealers";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Job = Schemas["JobBehind"];
type Path = "/api/v1/reports/on-time/jobs";

const NAMES = ["on-time", "promised", "fairness", "satisfaction", "fees", "complaint-reasons"];

const COLUMNS = [
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "状态", dataIndex: "status", render: (status: string) => <Tag color={STATUS_COLOURS[status]}>{word(STATUSES, status)}</Tag> },
  { title: "商品", dataIndex: "product_name" },
  { title: "网点", dataIndex: "dealer_name", render: (name: string | null) => name ?? "—" },
  { title: "次数", dataIndex: "times", align: "right" as const, className: "numbers" },
  { title: "建单", dataIndex: "created_at", render: time, className: "numbers" },
];

/** The jobs that a figure of a report counted. */
export default function Behind() {
  const [filters, set] = useFilters("name", "which", "since", "until", "dealer_id");
  const name = NAMES.find((one) => one === filters.name) ?? NAMES[0]!;
  const query = { which: filters.which, since: filters.since, until: filters.until, dealer_id: number(filters.dealer_id), limit: 50 } as Query<Path>;
  // All reports answer this question alike: the path is typed as one of them.
  const asked = api.useInfiniteQuery("get", `/api/v1/reports/${name}/jobs` as Path, { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>{asked.data?.pages[0]?.title ?? "背后的工单"}</h1>
      <div className="filters" style={{ alignItems: "center" }}>
        <DayRange since={filters.since} until={filters.until} onChange={set} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        <Link to={`/reports?${new URLSearchParams({ name, since: filters.since ?? "", until: filters.until ?? "" })}`}>回到报表</Link>
      </div>
      <Lines<Job> asked={asked} columns={COLUMNS} rowKey={(job) => job.job_id} empty="这段时间没有这样的工单" />
    </div>
  );
}
