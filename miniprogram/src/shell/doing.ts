/** Deeds of a job: written down here, sent by the queue, shown as done at once. */

import { useCallback, useMemo, useSyncExternalStore } from "react";

import { type JobPage } from "@/api";
import { FORMS } from "@/made/forms";
import { expected, hopeful, type Deed, type Waiting } from "@/offline";
import { platform, type Place, type Shot } from "@/platform";

import { queue } from "./phone";
import { useRead, type Read } from "./reading";

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

/** Writes a deed of `FORMS` down; `awaits`: fields that take the id of a photo still on this phone. */
export function useDeeds(job: number) {
  const act = useCallback(
    (action: string, body: Record<string, unknown>, awaits?: Record<string, string>): Promise<Deed> => {
      const form = FORMS[action];
      if (!form) throw new Error(`no such action: ${action}`);
      const address = form.path.replace("{job_id}", String(job)).replace(/\{(\w+)\}/g, (_, name: string) => String(body[name]));
      const inPath = [...form.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !inPath.includes(name)));
      return queue.add({ job, action, address, body: rest, ...(awaits ? { awaits } : {}) });
    },
    [job],
  );
  const photograph = useCallback(
    (slot: string, shot: Shot, place: Place | undefined): Promise<Deed> =>
      queue.add(
        { job, action: "take_photo", address: `/api/v1/jobs/${job}/photos`, body: { slot, capture: shot.capture, ...place } },
        shot,
      ),
    [job],
  );
  return { act, photograph, address: platform.files.address };
}
