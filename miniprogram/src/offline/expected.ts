import type { JobPage } from "@/api/contract";
import { MOVES } from "@/made/moves";
import { STATUSES } from "@/made/words";

import type { Deed } from "./deed";

/**
 * The job as it will be once these deeds arrive: what its page shows meanwhile.
 *
 * Where a deed leads stands in the contract's table of moves; where only the server can say, nothing more is offered
 * until it has. A refused deed counts for nothing, nor does anything after it.
 */
export function expected(page: JobPage, deeds: readonly Deed[]): JobPage {
  return deeds.reduce<JobPage>((job, deed) => after(job, deed), page);
}

/** The deeds that may still come true: those before the first refused call. */
export function hopeful(deeds: readonly Deed[]): Deed[] {
  const stop = deeds.findIndex((deed) => deed.trouble && !deed.photo);
  return (stop < 0 ? deeds : deeds.slice(0, stop)).filter((deed) => !deed.trouble);
}

function after(job: JobPage, deed: Deed): JobPage {
  const to = MOVES[job.kind]?.[job.status]?.[deed.action];
  if (to === undefined) return job;
  const slots = job.slots.map((slot) => filled(slot, deed));
  if (to === job.status) return { ...job, slots };
  const actions = to === null ? [] : Object.keys(MOVES[job.kind]?.[to] ?? {});
  const status = to ?? job.status;
  return { ...job, slots, status, status_name: STATUSES[status] ?? status, available_actions: actions };
}

type Slot = JobPage["slots"][number];

function filled(slot: Slot, { action, body }: Deed): Slot {
  if (body.slot !== slot.code) return slot;
  if (action === "take_photo") return { ...slot, photos: slot.photos + 1 };
  return action === "waive_slot" ? { ...slot, waived: true } : slot;
}
