/**
 * What was done and has not arrived. A deed is written down before anything is shown as done, sent in its job's order,
 * repeated under its one key until the server has said what became of it, and only then forgotten.
 */

import type { Files, Records, Shot } from "@/platform/types";

import { isUnread, type Deed, type Wish } from "./deed";
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

  /** Durable when this resolves. */
  async add(wish: Wish, shot?: Shot): Promise<Deed> {
    const now = this.parts.now();
    const deed: Deed = {
      ...wish,
      id: this.parts.key(),
      seq: this.shelf.following(now),
      owner: this.sending.owner,
      at: new Date(shot?.at ?? now).toISOString(),
      ...(shot ? { photo: true } : {}),
    };
    await this.shelf.add(deed, shot);
    void this.sending.pump();
    return deed;
  }

  /** What a person decided about a refused deed: the same again, perhaps with other particulars. */
  async retry(id: string, body?: Deed["body"]): Promise<void> {
    const found = this.idle(id);
    if (!found) return;
    const { trouble: _, sent: __, ...deed } = found;
    if (!isUnread(found)) await this.shelf.change(body ? { ...deed, body } : deed); // else there is nothing to write
    this.sending.afresh(id);
    void this.sending.pump();
  }

  /** A person gives a deed up, and with it whatever waits for its photo. */
  async drop(id: string): Promise<void> {
    const deed = this.idle(id);
    if (!deed) return;
    for (const one of this.awaiting(id)) await this.drop(one.id);
    await this.shelf.remove(deed);
    void this.sending.pump();
  }

  /** The deeds that go when this one goes. */
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
