/**
 * What was done and has not arrived. A deed is written down before anything is shown as done, sent in its job's order,
 * repeated under its one key until the server has said what became of it, and only then forgotten.
 */

import type { Files, Records, Shot } from "@/platform/types";

import { isKept, isUnread, replaces, type Deed, type Wish } from "./deed";
import { Ledger } from "./ledger";
import { Sending, type Bar, type Parts as Ways } from "./sending";
import { Shelf } from "./shelf";

export interface Parts extends Ways {
  records: Records;
  files: Files;
  /** A new key. */
  key(): string;
}

/** A deed as people see it. */
export interface Waiting {
  deed: Deed;
  state: "waiting" | "sending" | "refused" | "foreign";
  percent: number;
  tries: number;
}

export class Queue {
  private readonly shelf: Shelf;
  private readonly sending: Sending;

  constructor(private readonly parts: Parts) {
    this.shelf = new Shelf(new Ledger(parts.records, parts.files));
    this.sending = new Sending(this.shelf, parts);
  }

  /** Reads what is there; once, at the start. */
  async open(): Promise<void> {
    await this.parts.alone("mend", () => this.shelf.ledger.mend(this.parts.now()));
    await this.shelf.reload();
  }

  /** Whose session this is now; what others did stays and waits for them. `sure` false: the server has not said so yet,
   * and nothing is sent until it has, nor after the session's next turn. What is done meanwhile is this owner's. */
  become(owner: string, sure = true): Promise<void> {
    return this.sending.become(owner, sure);
  }

  /** Durable when this resolves; the same thing done before and refused is forgotten then. */
  async add(wish: Wish, shot?: Shot): Promise<Deed> {
    const now = this.parts.now();
    const { owner } = this.sending;
    const old = this.shelf.deeds.find((one) => replaces(wish, owner, one));
    const deed: Deed = {
      ...wish,
      id: this.parts.key(),
      seq: old && !shot ? this.turnOf(old) : this.shelf.following(now),
      owner,
      at: new Date(shot?.at ?? now).toISOString(),
      ...(shot ? { photo: true } : {}),
    };
    await this.shelf.add(deed, shot);
    if (old) await this.replace(old, deed.id);
    void this.sending.pump();
    return deed;
  }

  /** After the photos that were taken since, before the calls that wait behind it. */
  private turnOf({ job, seq }: Deed): number {
    const behind = this.shelf.deeds.find((one) => one.job === job && !one.photo && one.seq > seq);
    return behind ? behind.seq - 0.5 : this.shelf.following(this.parts.now());
  }

  /** What named the old photo names the new one, or none. */
  private async replace(old: Deed, photo?: string): Promise<void> {
    for (const one of this.awaiting(old.id)) {
      const named = Object.entries(one.awaits ?? {}).flatMap(([field, id]) => (id !== old.id ? [[field, id]] : photo ? [[field, photo]] : []));
      await this.shelf.change({ ...one, awaits: Object.fromEntries(named) });
    }
    await this.shelf.remove(old);
  }

  /** What a person decided about a refused deed: the same again. */
  async retry(id: string): Promise<void> {
    const found = this.idle(id);
    if (!found) return;
    const { trouble: _, sent: __, ...deed } = found;
    const { seq } = deed.photo ? deed : { seq: this.turnOf(deed) };
    if (!isUnread(found)) await this.shelf.change({ ...deed, seq }); // else there is nothing to write
    this.sending.afresh(id);
    void this.sending.pump();
  }

  /** A person gives a deed up, and with it whatever waits for its photo, unless the server has that. */
  async drop(id: string): Promise<void> {
    const deed = this.idle(id);
    if (!deed) return;
    if (isKept(deed)) await this.replace(deed);
    else {
      for (const one of this.awaiting(id)) await this.drop(one.id);
      await this.shelf.remove(deed);
    }
    void this.sending.pump();
  }

  /** The deeds that name this one's photo. */
  awaiting(id: string): Deed[] {
    return this.shelf.deeds.filter((deed) => Object.values(deed.awaits ?? {}).includes(id));
  }

  /** Everything that has not arrived, oldest first; of one job, or of all. */
  waiting(job?: number): Waiting[] {
    const wanted = this.shelf.deeds.filter((deed) => !deed.half && (job === undefined || deed.job === job));
    return wanted.map((deed) => this.shown(deed));
  }

  /** Why nothing is sent at all, if so. */
  get barred(): Bar | undefined {
    return this.sending.barred;
  }

  watch(told: () => void): () => void {
    return this.shelf.watch(told);
  }

  /** The network came back, or the application came to the front: whatever rests is tried at once. */
  wake(): Promise<void> {
    return this.sending.wake();
  }

  /** Sends what can be sent, and resolves when there is nothing left that can. */
  pump(): Promise<void> {
    return this.sending.pump();
  }

  private shown(deed: Deed): Waiting {
    const percent = this.sending.percent(deed.id);
    const foreign = deed.owner !== this.sending.owner && !isUnread(deed);
    const state = foreign ? "foreign" : deed.trouble ? "refused" : percent !== undefined ? "sending" : "waiting";
    return { deed, state, percent: percent ?? 0, tries: this.sending.tries(deed.id) };
  }

  private idle(id: string): Deed | undefined {
    return this.sending.percent(id) === undefined ? this.shelf.find(id) : undefined;
  }
}
