import { useState } from "react";

import type { JobPage } from "@/api";
import { shoot, useDeeds } from "@/shell";

/** A picture that goes with a deed: taken now, named by the deed that waits for it. It lies in a slot of what is seen before the work. */
export function useShot(job: JobPage) {
  const [photo, setPhoto] = useState<string>();
  const { photograph } = useDeeds(job.id);
  const slot = job.slots.find((one) => one.phase === "before") ?? job.slots[0];
  const may = Boolean(slot) && job.available_actions.includes("take_photo");
  const take = async () => {
    const taken = slot && (await shoot());
    if (taken) setPhoto((await photograph(slot.code, taken)).id);
  };
  return { photo, may, take };
}
