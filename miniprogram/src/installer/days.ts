import type { Schemas } from "@/api";
import type { Waiting } from "@/offline";

export type Stop = Schemas["DayStopLine"];
type Job = Stop["jobs"][number];

/** 2026-02-28 → 2026-03-01 */
export function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

/** 2026-03-01 → 2026-02-01 */
export function monthBefore(month: string): string {
  const [year = 0, at = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, at - 2, 1)).toISOString().slice(0, 10);
}

/** Jobs handed in or left on this phone, though the server has not heard of it. */
export function finished(waiting: readonly Waiting[]): ReadonlySet<number> {
  return new Set(waiting.flatMap(({ deed, state }) => (state !== "refused" && ENDS.has(deed.action) ? [deed.job] : [])));
}

/** Nothing is left to do at this door. */
export function over(stop: Stop, done: ReadonlySet<number>): boolean {
  return !stop.jobs.some((job) => ahead(job, done));
}

/** Where to go once this job is done: the first door with work left that is not its own. */
export function following(stops: readonly Stop[], job: number, done: ReadonlySet<number>): Stop | undefined {
  return stops.find((stop) => stop.jobs.every((one) => one.id !== job) && !over(stop, done));
}

/** What remains to be done at this very door: several jobs may share a visit. */
export function beside(stops: readonly Stop[], job: number, done: ReadonlySet<number>): Job | undefined {
  return stops.find((stop) => stop.jobs.some((one) => one.id === job))?.jobs.find((one) => one.id !== job && ahead(one, done));
}

const ENDS = new Set(["submit", "abort_visit"]);

function ahead({ id, status }: Job, done: ReadonlySet<number>): boolean {
  return !done.has(id) && (status === "booked" || status === "on_site");
}
