import { describe, expect, it } from "vitest";

import { beside, dayAfter, finished, following, monthBefore, type Stop } from "@/installer/days";
import type { Waiting } from "@/offline";

const stop = (done: boolean, ...jobs: [id: number, status: string][]) =>
  ({ done, jobs: jobs.map(([id, status]) => ({ id, status })) }) as unknown as Stop;
const DAY = [stop(true, [1, "confirmed"]), stop(false, [2, "submitted"], [3, "booked"]), stop(false, [4, "cancelled"]), stop(false, [5, "booked"])];

const NONE: ReadonlySet<number> = new Set();

describe("what comes after a job", () => {
  it("is another at the same door, before any other door", () => {
    expect(beside(DAY, 2, NONE)?.id).toBe(3);
    expect(beside(DAY, 5, NONE)).toBeUndefined();
  });

  it("is the first door with work left, never one's own", () => {
    expect(following(DAY, 2, NONE)?.jobs[0]?.id).toBe(5);
    expect(following(DAY, 5, NONE)?.jobs.map((one) => one.id)).toEqual([2, 3]);
    const waiting = [{ deed: { action: "submit", job: 5 }, state: "waiting" }] as unknown as Waiting[];
    expect(following(DAY, 2, finished(waiting))).toBeUndefined();
    expect(following(DAY.slice(0, 1), 1, NONE)).toBeUndefined();
  });
});

it("days and months pass over their ends", () => {
  expect([dayAfter("2026-02-28"), dayAfter("2026-12-31"), monthBefore("2026-01-01"), monthBefore("2026-03-01")]).toEqual([
    "2026-03-01", "2027-01-01", "2025-12-01", "2026-02-01",
  ]);
});
