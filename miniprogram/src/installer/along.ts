import Taro from "@tarojs/taro";

import { fetchAhead } from "@/shell";

import type { Stop } from "./days";

let last = Promise.resolve();

/** What the work needs, fetched while there is a network: a cellar has none. One after another, nothing twice. */
export function takeAlong(stops: readonly Stop[]): Promise<void> {
  return (last = last.then(() => fetchAll(stops)).catch(() => undefined)); // the pages themselves will say what is wrong
}

async function fetchAll(stops: readonly Stop[]): Promise<void> {
  for (const { id } of stops.flatMap((stop) => stop.jobs)) {
    const path = { job_id: id };
    const job = await fetchAhead("/api/v1/jobs/{job_id}", { path });
    await fetchAhead("/api/v1/jobs/{job_id}/photos", { path });
    await fetchAhead("/api/v1/jobs/{job_id}/price-list", { path });
    await fetchAhead("/api/v1/jobs/{job_id}/charges", { path });
    for (const { example } of job?.slots ?? []) if (example) await keep(example);
  }
  await fetchAhead("/api/v1/me/earnings", { query: { limit: 100 } });
  await fetchAhead("/api/v1/breaches", { query: { latest: true, limit: 50 } });
}

const here = new Set<string>();

/** An example's picture: asked for once, the browser's worker or WeChat keeps it. */
async function keep(example: string): Promise<void> {
  if (here.has(example)) return;
  await Taro.getImageInfo({ src: API_BASE + example }).then(() => here.add(example), () => undefined);
}
