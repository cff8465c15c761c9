import { Card, Table } from "antd";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { FAMILIES, word } from "@/app/words";
import { share } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { jobsOf, Panel, type Period } from "./Panel";
import { column } from "./weeks";

type OnTime = Schemas["OnTimeRow"];
const LATE = { which: "late", words: "超时的工单" };

export function InTime({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/on-time", { params: { query: { ...period, by: "week,family", limit: 100 } } });
  const lines = (rows: readonly OnTime[]) =>
    ["platform", "dealer"].map((family) => ({ name: word(FAMILIES, family), of: column(rows.filter((row) => row.family === family), (row) => row.on_time_bp) }));
  return <Panel title="准时率" note="到期的时效里，按时完成的占多少；越高越好。" name="on-time" behind={LATE} empty="这段时间没有到期的时效。" {...{ period, asked, lines }} />;
}

export function Promised({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/promised", { params: { query: { ...period, by: "week", limit: 100 } } });
  const lines = (rows: readonly Schemas["PromisedRow"][]) => [{ name: "按首次约定上门", of: column(rows, (row) => row.kept_bp) }];
  const behind = { which: "broken", words: "没有按约的工单" };
  return <Panel title="约定兑现率" note="第一次约好的时段里真的到了的占多少；越高越好。" name="promised" behind={behind} empty="这段时间没有到期的约定。" {...{ period, asked, lines }} />;
}

export function Fairness({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/fairness", { params: { query: { ...period, by: "week", limit: 100 } } });
  const lines = (rows: readonly Schemas["FairnessRow"][]) => [{ name: "有空却没安排", of: column(rows, (row) => row.passed_over_bp) }];
  const behind = { which: "passed_over", words: "被晾的工单" };
  return <Panel title="线上工单被晾的比例" note="网点自报有空，却让线上客户等着的占多少；越低越公平。" name="fairness" behind={behind} empty="这段时间没有可比的工单：网点未报产能，或都没有等待。" {...{ period, asked, lines }} />;
}

const columns = (period: Period) => [
  { title: "网点", render: (_: unknown, row: OnTime) => <Link to={`${jobsOf("on-time", "late", period)}&dealer_id=${row.dealer_id}`}>{row.dealer_name}</Link> },
  { title: "有结论", dataIndex: "decided", align: "right" as const },
  { title: "超时", dataIndex: "late", align: "right" as const },
  { title: "严重", dataIndex: "severe", align: "right" as const },
  { title: "准时率", dataIndex: "on_time_bp", align: "right" as const, render: share },
];

/** The ten dealers that are late most often, of those with something late. */
export function WorstDealers({ period }: { period: Period }) {
  const asked = api.useQuery("get", "/api/v1/reports/on-time", { params: { query: { ...period, by: "dealer_id", limit: 100 } } });
  const more = <Link to={`/reports?name=on-time&by=dealer_id&since=${period.since}&until=${period.until}`}>全部网点</Link>;
  return (
    <Card size="small" title={<h2>准时率最低的网点</h2>} extra={more}>
      <Loaded asked={asked}>
        {({ items }) => {
          const late = items.filter((row) => row.dealer_id !== null && row.late > 0);
          const worst = late.sort((a, b) => (a.on_time_bp ?? 0) - (b.on_time_bp ?? 0)).slice(0, 10);
          return <Table size="small" pagination={false} columns={columns(period)} dataSource={worst} rowKey={(row) => row.dealer_id ?? 0} locale={{ emptyText: "这段时间没有网点超时" }} />;
        }}
      </Loaded>
    </Card>
  );
}
