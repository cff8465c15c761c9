/** Everything put together, once: the only place that knows both the platform and what stands on it. */

import { Client, key, Session } from "@/api";
import { Kept, Queue, sender, type Deed } from "@/offline";
import { platform } from "@/platform";

const now = () => Date.now();

export const session = new Session(platform.wire, platform.records, platform.proof, API_BASE);
export const api = new Client(platform.wire, session, API_BASE);
export const kept = new Kept(platform.records, now);

const arrivals = new Set<(deed: Deed, answer: unknown) => void>();

/** Told of each deed that arrived, with the server's answer. */
export function onArrival(told: (deed: Deed, answer: unknown) => void): () => void {
  arrivals.add(told);
  return () => arrivals.delete(told);
}

export const queue = new Queue({
  records: platform.records,
  files: platform.files,
  send: sender(api, now),
  up: platform.network.up,
  turn: () => session.turn,
  now,
  key,
  chance: Math.random,
  later: (ms, run) => void setTimeout(run, ms),
  alone: platform.alone,
  arrived: async (deed, answer) => arrivals.forEach((told) => told(deed, answer)),
});
