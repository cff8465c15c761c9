import type { EChartsCoreOption } from "echarts/core";

import { COLOURS, MARKS } from "@/parts/colours";
import { share } from "@/parts/format";

/** One line or row of bars over weeks; nothing where there was nothing to divide by. */
export interface Line {
  name: string;
  of: ReadonlyMap<string, number | null>;
  /** Bars of one stack stand on each other. */
  stack?: string;
  dashed?: boolean;
}

/** How an axis is read: the figure of a value, its ends, its words. */
export interface Scale {
  of: (value: number) => number;
  told: (value: number) => string;
  min?: number;
  max?: number;
}

export const RATE: Scale = { of: (bp) => bp / 100, told: (bp) => share(bp), min: 0, max: 100 };
export const STARS: Scale = { of: (stars) => stars, told: (stars) => `${stars.toFixed(2)} 分`, min: 1, max: 5 };
export const COUNT: Scale = { of: (count) => count, told: (count) => String(count), min: 0 };
export const YUAN: Scale = { of: (fen) => fen / 100, told: (fen) => `¥${(fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2 })}` };

const yuan = (value: number): string => `${value < 0 ? "−" : ""}¥${Math.abs(value).toLocaleString("zh-CN")}`;

/** A week is a point of the axis, on which an area would have no width: a broad line has one. */
const PROMOTION = { color: "rgba(230,159,0,0.2)", width: 28, type: "solid" };
const GRID = { left: 56, right: 16, top: 56, bottom: 28 };

/** Lines over weeks, promotion weeks shaded and named. */
export function byWeek(weeks: readonly string[], lines: readonly Line[], promotions: ReadonlyMap<string, string>, scale: Scale = RATE, bars = false): EChartsCoreOption {
  const shaded = weeks.filter((week) => promotions.has(week)).map((week) => ({ xAxis: week, name: promotions.get(week) }));
  return {
    grid: GRID,
    legend: { top: 0, left: 0, icon: bars ? "rect" : undefined },
    xAxis: { type: "category", data: weeks, boundaryGap: true, axisLabel: { formatter: (week: string) => week.slice(5) } },
    yAxis: { type: "value", min: scale.min, max: scale.max, minInterval: scale === COUNT ? 1 : undefined, axisLabel: { formatter: scale === RATE ? "{value} %" : scale === YUAN ? yuan : undefined } },
    series: lines.map((line, place) => ({
      name: line.name,
      type: bars ? "bar" : "line",
      stack: line.stack,
      barMaxWidth: 36,
      symbol: MARKS[place % MARKS.length],
      symbolSize: 9,
      lineStyle: { width: 2, color: COLOURS[place % COLOURS.length], type: line.dashed ? "dashed" : "solid" },
      data: weeks.map((week) => plotted(line.of.get(week), scale)),
      tooltip: { valueFormatter: (value: unknown) => (value == null ? "无数据" : scale.told(Math.round(Number(value) * (scale.of(1) === 1 ? 1 : 100) * 100) / 100)) },
      ...(place === 0 && shaded.length > 0
        ? { markLine: { silent: true, animation: false, symbol: "none", label: { formatter: "{b}", color: "#7a5200" }, lineStyle: PROMOTION, data: shaded } }
        : {}),
    })),
  };
}

const plotted = (value: number | null | undefined, scale: Scale) => (value == null ? null : scale.of(value));

const monday = (day: string): Date => {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at;
};

/** Every Monday whose week has a day between two days: an empty week has its place too, so that all charts have one scale. */
export function weeksBetween(since: string, until: string): string[] {
  const weeks: string[] = [];
  for (const at = monday(since); at <= new Date(`${until}T00:00:00Z`); at.setUTCDate(at.getUTCDate() + 7)) weeks.push(at.toISOString().slice(0, 10));
  return weeks;
}

export const sundayOf = (week: string): string => {
  const at = new Date(`${week}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 6);
  return at.toISOString().slice(0, 10);
};

/** Weeks that hold a promotion day, with its name; a week of several has the first one's and their number. */
export function promotionsOf(rows: readonly { week: string | null; promotion_days: readonly string[] }[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { week, promotion_days } of rows) {
    const names = [...new Set(promotion_days.map((day) => day.replace(/^[\d-]+ /, "")))];
    if (week && names.length > 0) found.set(week, names.length > 1 ? `${names[0]} 等` : names[0]!);
  }
  return found;
}

/** One column of a report's rows by their week. */
export const column = <Row extends { week: string | null }>(rows: readonly Row[], of: (row: Row) => number | null): ReadonlyMap<string, number | null> =>
  new Map(rows.map((row) => [row.week ?? "", of(row)]));
