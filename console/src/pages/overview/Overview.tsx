import { Select } from "antd";

import { useMay } from "@/app/session";
import { daysAgo, today } from "@/parts/days";
import { useFilters } from "@/parts/filters";
import { Failed, Reused } from "./Evidence";
import { Fees, PerJob, Standing } from "./Money";
import { Fairness, InTime, Promised, WorstDealers } from "./Service";
import { Complaints, Stars, Unhappy } from "./Voices";
import { weeksBetween } from "./weeks";

const SPANS = [
  { value: "4", label: "近四周" },
  { value: "8", label: "近八周" },
  { value: "13", label: "近一季" },
  { value: "26", label: "近半年" },
];

/** What the brand watches, over the same weeks: each figure leads to its rows, its file, and the jobs behind it. */
export default function Overview() {
  const [filters, set] = useFilters("weeks");
  const weeks = SPANS.find((span) => span.value === filters.weeks)?.value ?? "8";
  const until = today();
  const period = { since: weeksBetween(daysAgo(7 * (Number(weeks) - 1)), until)[0]!, until };
  const may = useMay();
  return (
    <div className="page">
      <h1>总览</h1>
      <div className="filters" style={{ alignItems: "center" }}>
        <Select aria-label="时间范围" style={{ width: 120 }} options={SPANS} value={weeks} onChange={(value) => set("weeks", value)} />
        <span className="quiet">整周，周一至周日；本周还没有过完。黄色底的是大促周。点一下图上的点或柱，看那一周的工单。</span>
      </div>
      <div className="charts">
        <InTime period={period} />
        <Promised period={period} />
        <Fairness period={period} />
        <WorstDealers period={period} />
        {may("GET /api/v1/reports/satisfaction") && <Stars period={period} />}
        {may("GET /api/v1/reports/satisfaction") && <Unhappy period={period} />}
        {may("GET /api/v1/reports/evidence-weeks") && <Failed period={period} />}
        {may("GET /api/v1/reports/evidence-weeks") && <Reused period={period} />}
        {may("GET /api/v1/reports/fees") && <Fees period={period} />}
        {may("GET /api/v1/reports/fees") && <PerJob period={period} />}
        {may("GET /api/v1/reports/money-standing") && <Standing />}
        {may("GET /api/v1/reports/complaint-reasons") && <Complaints period={period} />}
      </div>
    </div>
  );
}
