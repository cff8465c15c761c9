import { Card, Statistic } from "antd";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { share } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { jobsOf, Panel, type Period } from "./Panel";
import { column, COUNT, STARS } from "./weeks";

type Row = Schemas["SatisfactionRow"];
const UNHAPPY = { which: "unhappy", words: "不满意的工单" };

const useSatisfaction = (period: Period) => api.useQuery("get", "/api/v1/reports/satisfaction", { params: { query: { ...period, by: "week", limit: 100 } } });

export function Stars({ period }: { period: Period }) {
  const asked = useSatisfaction(period);
  const lines = (rows: readonly Row[]) => [
    { name: "客户评价", of: column(rows, (row) => row.average) },
    { name: "平台评价", of: column(rows, (row) => row.review_average) },
  ];
  return <Panel title="满意度" note="一至五分的平均分：客户装完后的评价，和平台上的评价。" name="satisfaction" behind={UNHAPPY} scale={STARS} empty="这段时间没有人评价。" {...{ period, asked, lines }} />;
}

export function Unhappy({ period }: { period: Period }) {
  const asked = useSatisfaction(period);
  const lines = (rows: readonly Row[]) => [
    { name: "一二星评价", of: column(rows, (row) => row.low) },
    { name: "平台差评", of: column(rows, (row) => row.bad_reviews) },
  ];
  return <Panel title="不满意的评价" note="每周收到多少条。" name="satisfaction" behind={UNHAPPY} scale={COUNT} bars empty="这段时间没有一二星评价，也没有平台差评。" {...{ period, asked, lines }} />;
}

export function Complaints({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/complaint-reasons", { params: { query: { ...period, by: "total" } } });
  return (
    <Card size="small" title={<h2>投诉</h2>} extra={<Link to={jobsOf("complaint-reasons", "complaints", period)}>有投诉的工单</Link>}>
      <Loaded asked={asked}>
        {({ items: [row] }) =>
          row ? (
            <div className="figures">
              <Statistic title="投诉" value={row.complaints} />
              <Statistic title="每百单投诉" value={row.rate_bp == null ? "没有完工单可比" : share(row.rate_bp)} />
              <Statistic title="判定属实" value={row.upheld} />
              <Statistic title="未了结" value={row.open} />
            </div>
          ) : (
            <p>这段时间没有投诉。</p>
          )
        }
      </Loaded>
    </Card>
  );
}
