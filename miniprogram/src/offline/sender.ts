import type { Client } from "@/api";
import type { Reply } from "@/platform/types";

import type { Deed } from "./deed";

type Door = Pick<Client, "send" | "upload">;

/**
 * A deed as a request. It says when it happened and when it is sent, by the same clock: so the server reads the first
 * by its own, however wrong this phone's is.
 */
export function sender(door: Door, now: () => number) {
  return (deed: Deed, onProgress: (percent: number) => void): Promise<Reply> =>
    deed.photo
      ? door.upload(deed.address, deed.id, form(deed), onProgress)
      : door.send("POST", deed.address, {
          key: deed.id,
          body: { ...deed.body, occurred_at: deed.at, sent_at: new Date(now()).toISOString() },
        });
}

/** As multipart text: nothing that is not known. */
function form({ id, at, body }: Deed): Record<string, string> {
  const known = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
  return { ...Object.fromEntries(known.map(([name, value]) => [name, String(value)])), client_id: id, captured_at: at };
}
