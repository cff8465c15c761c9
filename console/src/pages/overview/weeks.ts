import type { EChartsCoreOption } from "echarts/core";

import { COLOURS, MARKS } from "@/parts/colours";

/** One line of a chart by weeks: a rate in basis points, or none where there was nothing to divide by. */
export interface Line {
  name: string;
  of: ReadonlyMap<string, number | null>;
}

/** Lines over weeks, promotion weeks shaded and named. */
export function byWeek(weeks: readonly string[], lines: readonly Line[], promotion: ReadonlySet<string>): EChartsCoreOption {
  const shaded = weeks.filter((week) => promotion.has(week)).map((week) => [{ xAxis: week, name: "大促" }, { xAxis: week }]);
  return {
    grid: { left: 44, right: 12, top: 34, bottom: 26 },
    legend: { top: 0, right: 0 },
    xAxis: { type: "category", data: weeks, axisLabel: { formatter: (week: string) => week.slice(5) } },
    yAxis: { type: "value", min: 0, max: 100, axisLabel: { formatter: "{value} %" } },
    series: lines.map((line, place) => ({
      name: line.name,
      type: "line",
      symbol: MARKS[place % MARKS.length],
      symbolSize: 7,
      lineStyle: { color: COLOURS[place % COLOURS.length] },
      data: weeks.map((week) => rate(line.of.get(week))),
      tooltip: { valueFormatter: (value: unknown) => (value == null ? "无数据" : `${Number(value)} %`) },
      ...(place === 0 && shaded.length > 0
        ? { markArea: { silent: true, itemStyle: { color: "rgba(230,159,0,0.16)" }, data: shaded } }
        : {}),
    })),
  };
}

const rate = (bp: number | null | undefined) => (bp == null ? null : Math.round(bp / 10) / 10);

/** The weeks that appear in some rows, oldest first. */
export const weeksOf = (rows: readonly { week: string | null }[]): string[] =>
  [...new Set(rows.flatMap((row) => (row.week ? [row.week] : [])))].sort();

/** Weeks that hold a promotion day. */
export const promotionOf = (rows: readonly { week: string | null; promotion_days: readonly string[] }[]): Set<string> =>
  new Set(rows.flatMap((row) => (row.week && row.promotion_days.length > 0 ? [row.week] : [])));
