/** Deeds of a job: written down here, sent by the queue, shown as done at once. */

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { Problem, type JobPage, type Schemas } from "@/api";
import { FORMS } from "@/made/forms";
import { expected, hopeful, type Deed, type Waiting } from "@/offline";
import { tell } from "@/parts";
import { platform, type Place, type Shot } from "@/platform";

import { api, kept, queue } from "./phone";
import { useRead, type Read } from "./reading";
import { owner } from "./who";

/** Everything that waits, or of one job. */
export function useWaiting(job?: number): Waiting[] {
  const all = useSyncExternalStore(changes, snapshot, snapshot);
  return useMemo(() => (job === undefined ? all : all.filter(({ deed }) => deed.job === job)), [all, job]);
}

let seen: Waiting[] = [];
const snapshot = () => seen;
const changes = (told: () => void) => queue.watch(told);
queue.watch(() => (seen = queue.waiting())); // the first to be told, so that the others find it

/** A job as it will be once what waits has arrived. `waiting`: its deeds, oldest first. */
export function useJob(id: number): Read<JobPage> & { waiting: Waiting[] } {
  const read = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  const waiting = useWaiting(id);
  const data = useMemo(
    () => read.data && expected(read.data, hopeful(waiting.filter((one) => one.state !== "foreign").map((one) => one.deed))),
    [read.data, waiting],
  );
  return { ...read, data, waiting };
}

type Acted = Schemas["Acted"];

/** What a page hands to its parts: does a deed of the job that it shows. `version`: of the job that the person saw. */
export type Act = (action: string, body?: Record<string, unknown>, version?: number) => Promise<unknown>;

/** Does a deed of `FORMS` at once, for people who sit where there is a network: refused, it throws what the server said. */
export function doNow(job: number, action: string, body: Record<string, unknown> = {}, version?: number): Promise<Acted> {
  const { address, body: rest } = called(job, action, body);
  return api.answer<Acted>("POST", address, { body: rest, ...(version === undefined ? {} : { version }) });
}

const CHANGED = new Set([404, 409, 412]);

/** For a page's parts: after a deed, `again` reads what is shown; also before a refusal is told that came because the job is another by now. */
export function acting(job: number, again: () => Promise<unknown>): Act {
  return async (action, body, version) => {
    try {
      await doNow(job, action, body, version);
    } catch (error) {
      if (error instanceof Problem && CHANGED.has(error.status)) await again();
      throw error;
    }
    tell.done("好了");
    await again();
  };
}

/** Where a deed goes, and what goes with it: what stands in its address is not said again. */
function called(job: number, action: string, given: Record<string, unknown>) {
  const form = FORMS[action];
  if (!form) throw new Error(`no such action: ${action}`);
  const all: Record<string, unknown> = { ...given, job_id: job };
  const body = { ...given };
  const address = form.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    delete body[name];
    return String(all[name]);
  });
  return { address, body };
}

/** What is filled in, kept while the application is closed. `settle` when it became a deed. */
export function useDraft<T>(name: string, empty: T) {
  const [draft, setDraft] = useState(empty);
  useEffect(() => void kept.draft<T>(owner(), name).then((found) => found !== undefined && setDraft(found)), [name]);
  const write = useCallback((next: T) => {
    setDraft(next);
    void kept.write(owner(), name, next);
  }, [name]);
  const settle = useCallback(() => kept.settle(owner(), name), [name]);
  return { draft, write, settle };
}

/** Writes a deed of `FORMS` down; `awaits`: fields that take the id of a photo still on this phone. */
export function useDeeds(job: number) {
  const act = useCallback(
    (action: string, body: Record<string, unknown>, awaits?: Record<string, string>): Promise<Deed> => {
      return queue.add({ job, action, ...called(job, action, body), ...(awaits ? { awaits } : {}) });
    },
    [job],
  );
  const photograph = useCallback(
    (slot: string, shot: Shot & { place?: Place | undefined }, place = shot.place): Promise<Deed> =>
      queue.add(
        { job, action: "take_photo", address: `/api/v1/jobs/${job}/photos`, body: { slot, capture: shot.capture, ...place } },
        shot,
      ),
    [job],
  );
  return { act, photograph, address: platform.files.address };
}
