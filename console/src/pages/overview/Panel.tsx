import { Card, Skeleton, Space } from "antd";
import { lazy, type ReactNode, Suspense } from "react";
import { Link, useNavigate } from "react-router";

import { Loaded } from "@/parts/Loaded";
import { byWeek, COUNT, type Line, promotionsOf, RATE, type Scale, sundayOf, weeksBetween } from "./weeks";

const Chart = lazy(() => import("@/parts/Chart"));

export interface Period {
  since: string;
  until: string;
}
interface Week {
  week: string | null;
  promotion_days: readonly string[];
}

interface Props<Row extends Week> {
  title: string;
  /** What one sees, in a sentence. */
  note: string;
  /** Of the report with the rows, the file and the jobs behind them. */
  name: string;
  period: Period;
  asked: Parameters<typeof Loaded<{ items: readonly Row[] }>>[0]["asked"];
  lines: (rows: readonly Row[]) => Line[];
  scale?: Scale;
  bars?: boolean;
  /** Which jobs stand behind a week. */
  behind?: { which: string; words: string };
  empty: string;
  detail?: string;
  more?: ReactNode;
}

/** Where the jobs behind a figure are listed. */
export const jobsOf = (name: string, which: string, { since, until }: Period): string => `/report-jobs?${new URLSearchParams({ name, which, since, until })}`;

/** One figure over the weeks: a chart, its sentence, the rows, the file, the jobs; thin data is said in words. */
export function Panel<Row extends Week>({ title, note, name, period, asked, lines, scale = RATE, bars, behind, empty, detail, more }: Props<Row>) {
  const extra = (
    <Space size="middle">
      {behind && <Link to={jobsOf(name, behind.which, period)}>{behind.words}</Link>}
      <Link to={detail ?? `/reports?name=${name}&since=${period.since}&until=${period.until}`}>明细</Link>
      <a href={`/api/v1/reports/${name}.csv?since=${period.since}&until=${period.until}&by=week`}>下载 CSV</a>
    </Space>
  );
  return (
    <Card size="small" title={<h2>{title}</h2>} extra={extra}>
      <p className="quiet">{note}</p>
      <Loaded asked={asked}>
        {({ items }) => <Drawn title={title} rows={items} lines={lines(items)} {...{ name, period, scale, bars, behind, empty }} />}
      </Loaded>
      {more}
    </Card>
  );
}

interface Drawing<Row> extends Required<Pick<Props<Week>, "title" | "name" | "period" | "scale" | "empty">>, Pick<Props<Week>, "bars" | "behind"> {
  rows: readonly Row[];
  lines: Line[];
}

function Drawn<Row extends Week>({ title, name, period, rows, lines, scale, bars, behind, empty }: Drawing<Row>) {
  const go = useNavigate();
  const weeks = weeksBetween(period.since, period.until);
  const known = weeks.filter((week) => lines.some((line) => line.of.get(week) != null));
  const nothing = scale === COUNT && lines.every((line) => [...line.of.values()].every((value) => !value));
  if (known.length === 0 || nothing) return <p>{empty}</p>;
  if (known.length === 1) return <OneWeek week={known[0]!} lines={lines} scale={scale} />;
  const pick = behind && ((week: string) => void go(jobsOf(name, behind.which, { since: week, until: sundayOf(week) })));
  return (
    <Suspense fallback={<Skeleton active />}>
      <Chart height={260} label={`各周${title}`} onPick={pick} option={byWeek(weeks, lines, promotionsOf(rows), scale, bars)} />
    </Suspense>
  );
}

/** A lone point shows no course; its figures do. */
const OneWeek = ({ week, lines, scale }: { week: string; lines: Line[]; scale: Scale }) => (
  <>
    <p>
      只有 {week.slice(5)} 至 {sundayOf(week).slice(5)} 这一周有数据，还看不出走势：
    </p>
    <ul className="plain">
      {lines.map((line) => {
        const value = line.of.get(week);
        return (
          <li key={line.name}>
            {line.name}：{value == null ? "无数据" : scale.told(value)}
          </li>
        );
      })}
    </ul>
  </>
);
