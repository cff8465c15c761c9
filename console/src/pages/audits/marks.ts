import { useCallback, useState } from "react";

import { AUDIT_REASONS } from "@/app/words";
import type { Reason } from "./verdicts";
import type { At } from "./wall";

/** What is wrong with a photo, until the verdict on its job is given. */
export interface Mark {
  photoId: number;
  jobId: number;
  reason: Reason;
}

/** One key for each reason, in their order. */
const KEYS = "1234567890-=";
export const REASON_KEYS: ReadonlyMap<string, Reason> = new Map(
  Object.keys(AUDIT_REASONS).map((reason, place) => [KEYS[place] ?? "", reason as Reason]),
);

export function useMarks() {
  const [marks, set] = useState<readonly Mark[]>([]);
  const toggle = useCallback((photo: At, reason: Reason) => {
    const same = (mark: Mark) => mark.photoId === photo.id && mark.reason === reason;
    set((now) => (now.some(same) ? now.filter((mark) => !same(mark)) : [...now, { photoId: photo.id, jobId: photo.job_id, reason }]));
  }, []);
  return {
    toggle,
    of: (jobId: number) => marks.filter((mark) => mark.jobId === jobId),
    has: (photoId: number) => marks.some((mark) => mark.photoId === photoId),
    clear: (jobId: number) => set((now) => now.filter((mark) => mark.jobId !== jobId)),
  };
}
