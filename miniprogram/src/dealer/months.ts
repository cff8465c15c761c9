import { local } from "@/parts/format";

/** 2026-03-01 → 2026 年 3 月 */
export const monthName = (month: string): string => `${month.slice(0, 4)} 年 ${Number(month.slice(5, 7))} 月`;

/** A month that still runs may not be answered yet. */
export const isOver = (month: string, now: number): boolean => month.slice(0, 7) < local(now).day.slice(0, 7);
