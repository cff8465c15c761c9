import { Card, Select, Skeleton, Statistic, Table } from "antd";
import { lazy, Suspense } from "react";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { FAMILIES, word } from "@/app/words";
import { daysAgo, today } from "@/parts/days";
import { useFilters } from "@/parts/filters";
import { share } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { byWeek, type Line, promotionOf, weeksOf } from "./weeks";

const Chart = lazy(() => import("@/parts/Chart"));

const SPANS = [
  { value: "4", label: "近四周" },
  { value: "8", label: "近八周" },
  { value: "13", label: "近一季" },
  { value: "26", label: "近半年" },
];

type OnTime = Schemas["OnTimeRow"];
type Period = { since: string; until: string };

/** What the brand watches: in time, promises kept, fairness; each leads to its report. */
export default function Overview() {
  const [filters, set] = useFilters("weeks");
  const weeks = SPANS.find((span) => span.value === filters.weeks)?.value ?? "8";
  const period = { since: daysAgo(7 * Number(weeks) - 1), until: today() };
  const may = useMay();
  return (
    <div className="page">
      <h1>总览</h1>
      <div className="filters">
        <Select aria-label="时间范围" style={{ width: 120 }} options={SPANS} value={weeks} onChange={(value) => set("weeks", value)} />
      </div>
      <div className="columns">
        <InTime period={period} />
        <Promised period={period} />
        <Fairness period={period} />
        {may("GET /api/v1/reports/complaint-reasons") && <Complaints period={period} />}
        {may("GET /api/v1/reports/evidence") && <Evidence period={period} />}
        <Dealers period={period} />
      </div>
    </div>
  );
}

const Drawn = (props: Parameters<typeof Chart>[0]) => (
  <Suspense fallback={<Skeleton active />}>
    <Chart {...props} />
  </Suspense>
);

const report = (name: string, text = "明细") => <Link to={`/reports?name=${name}`}>{text}</Link>;

function InTime({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/on-time", { params: { query: { ...period, by: "week,family", limit: 100 } } });
  return (
    <Card size="small" title="准时率" extra={report("on-time")}>
      <Loaded asked={asked}>
        {({ items }) => {
          const families = [...new Set(items.map((row) => row.family ?? ""))].sort();
          const lines: Line[] = families.map((family) => ({
            name: word(FAMILIES, family),
            of: new Map(items.filter((row) => row.family === family).map((row) => [row.week ?? "", row.on_time_bp])),
          }));
          return <Drawn label="各周准时率" option={byWeek(weeksOf(items), lines, promotionOf(items))} />;
        }}
      </Loaded>
    </Card>
  );
}

function Promised({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/promised", { params: { query: { ...period, by: "week", limit: 100 } } });
  return (
    <Card size="small" title="首次约定的兑现率" extra={report("promised")}>
      <Loaded asked={asked}>
        {({ items }) => {
          const kept = { name: "按约上门", of: new Map(items.map((row) => [row.week ?? "", row.kept_bp])) };
          return <Drawn label="各周首次约定兑现率" option={byWeek(weeksOf(items), [kept], promotionOf(items))} />;
        }}
      </Loaded>
    </Card>
  );
}

function Fairness({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/fairness", { params: { query: { ...period, by: "week", limit: 100 } } });
  return (
    <Card size="small" title="线上工单被晾的比例" extra={report("fairness")}>
      <Loaded asked={asked}>
        {({ items }) => {
          const passed = { name: "有空却没上门", of: new Map(items.map((row) => [row.week ?? "", row.passed_over_bp])) };
          return <Drawn label="各周线上工单被晾的比例" option={byWeek(weeksOf(items), [passed], promotionOf(items))} />;
        }}
      </Loaded>
    </Card>
  );
}

function Complaints({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/complaint-reasons", { params: { query: { ...period, by: "total" } } });
  return (
    <Card size="small" title="投诉" extra={report("complaint-reasons")}>
      <Loaded asked={asked}>
        {({ items }) => {
          const row = items[0];
          if (!row) return <p className="quiet">这段时间没有完工，也没有投诉</p>;
          return (
            <div className="figures">
              <Statistic title="每百单投诉" value={share(row.rate_bp)} />
              <Statistic title="投诉" value={row.complaints} />
              <Statistic title="判定属实" value={row.upheld} />
              <Statistic title="未了结" value={row.open} />
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Evidence({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/evidence", { params: { query: { ...period, limit: 100 } } });
  return (
    <Card size="small" title="照片稽核">
      <Loaded asked={asked}>
        {({ items, agreement }) => {
          const sum = (of: (row: Schemas["EvidenceRow"]) => number) => items.reduce((total, row) => total + of(row), 0);
          return (
            <div className="figures">
              <Statistic title="已判" value={sum((row) => row.judged)} />
              <Statistic title="不合格" value={sum((row) => row.failed)} />
              <Statistic title="申诉改判" value={sum((row) => row.reversed)} />
              <Statistic title="两人一致性 κ" value={agreement.kappa_bp == null ? "样本不足" : (agreement.kappa_bp / 10_000).toFixed(2)} />
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}

const COLUMNS = [
  { title: "网点", render: (_: unknown, row: OnTime) => <Link to={`/jobs?dealer_id=${row.dealer_id}`}>{row.dealer_name}</Link> },
  { title: "有结论", dataIndex: "decided", align: "right" as const },
  { title: "超时", dataIndex: "late", align: "right" as const },
  { title: "严重", dataIndex: "severe", align: "right" as const },
  { title: "准时率", dataIndex: "on_time_bp", align: "right" as const, render: share },
];

function Dealers({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/on-time", { params: { query: { ...period, by: "dealer_id", limit: 100 } } });
  return (
    <Card size="small" title="准时率最低的网点" extra={report("on-time", "全部")}>
      <Loaded asked={asked}>
        {({ items }) => {
          const known = items.filter((row) => row.dealer_id !== null && row.on_time_bp !== null);
          const worst = known.sort((a, b) => (a.on_time_bp ?? 0) - (b.on_time_bp ?? 0)).slice(0, 10);
          return <Table size="small" pagination={false} columns={COLUMNS} dataSource={worst} rowKey={(row) => row.dealer_id ?? 0} locale={{ emptyText: "这段时间没有结论" }} />;
        }}
      </Loaded>
    </Card>
  );
}
