/** The next two weeks of a dealer: what is set, what a sale or the usual figure says, what is booked. */

import type { Schemas } from "@/api";
import { dayOf, local } from "@/parts/format";

export interface Day {
  day: string;
  name: string;
  sale: string | undefined;
  /** undefined: no limit; 0: closed. */
  units: number | undefined;
  taken: number;
}

const DAYS = 14;
const DAY_MS = 86_400_000;

/** ["2026-03-02", …], as days are in Shanghai. */
export function nextDays(now: number): string[] {
  return Array.from({ length: DAYS }, (_, at) => local(now + at * DAY_MS).day);
}

/** The one or two months that days lie in, as their first days. */
export function monthsOf(days: readonly string[]): readonly [string, string | undefined] {
  const months = [...new Set(days.map((day) => `${day.slice(0, 7)}-01`))];
  return [months[0] ?? "", months[1]];
}

/** A figure of the day's own wins over that of sale days, and that over the usual one. */
export function plan(
  days: readonly string[],
  lines: readonly Schemas["CapacityLine"][],
  taken: ReadonlyMap<string, number>,
  sales: ReadonlyMap<string, string>,
): Day[] {
  const own = new Map(lines.flatMap((line) => (line.day ? [[line.day, line.units] as const] : [])));
  const usual = lines.find((line) => !line.day && !line.promotion)?.units;
  const onSale = lines.find((line) => line.promotion)?.units ?? usual;
  const [noon, today] = ["T04:00:00Z", Date.parse(`${days[0]}T04:00:00Z`)];
  return days.map((day) => {
    const sale = sales.get(day);
    return { day, name: dayOf(day + noon, today), sale, units: own.get(day) ?? (sale ? onSale : usual), taken: taken.get(day) ?? 0 };
  });
}
