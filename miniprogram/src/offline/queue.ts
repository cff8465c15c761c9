/**
 * What was done and has not arrived. A deed is written down before anything is shown as done, sent in its job's order,
 * repeated under its one key until the server has said what became of it, and only then forgotten.
 */

import { Unheard, type Files, type Records, type Reply, type Shot } from "@/platform/types";

import type { Deed, Wish } from "./deed";
import { Ledger } from "./ledger";
import { byAge, next, wake, type Attempt, type Moment } from "./order";
import { rest, unsure, verdict } from "./verdict";

export interface Parts {
  records: Records;
  files: Files;
  /** Sends one deed as it stands; `Unheard` when nothing came back. */
  send(deed: Deed, onProgress: (percent: number) => void): Promise<Reply>;
  up(): boolean;
  now(): number;
  /** A new key. */
  key(): string;
  /** 0 … 1 */
  chance(): number;
  later(ms: number, run: () => void): void;
  alone(name: string, work: () => Promise<void>): Promise<boolean>;
  /** Before a deed is forgotten: what the pages should know of its answer. May be told twice. */
  arrived(deed: Deed, answer: unknown): Promise<void>;
  most?: number;
}

export type Bar = "offline" | "signed_out";

/** A deed as people see it. */
export interface Waiting {
  deed: Deed;
  state: "waiting" | "sending" | "refused" | "foreign";
  percent: number;
  tries: number;
}

const MOST = 4;
const ELSEWHERE_MS = 5000; // another window sends, or the storage is in the way

export class Queue {
  private deeds: Deed[] = [];
  private owner = "";
  private bar: Bar | undefined;
  private seq = 0;
  private readonly ledger: Ledger;
  private readonly attempts = new Map<string, Attempt>();
  private readonly flying = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private pumping: Promise<void> | undefined;
  private again = false;
  private nudge = () => {};
  private alarm = Infinity;
  private changes = 0;

  constructor(private readonly parts: Parts) {
    this.ledger = new Ledger(parts.records, parts.files);
  }

  /** Reads what is there; once, at the start. */
  async open(): Promise<void> {
    await this.parts.alone("mend", () => this.ledger.mend(this.parts.now()));
    await this.reload();
  }

  /** Whose session this is now ("": nobody's); what others did stays and waits for them. Resolves when nothing of
   * theirs is under way any more. */
  become(owner: string): Promise<void> {
    this.owner = owner;
    this.bar = undefined;
    this.attempts.clear();
    return this.pump();
  }

  /** Durable when this resolves. */
  async add(wish: Wish, shot?: Shot): Promise<Deed> {
    const deed: Deed = {
      ...wish,
      id: this.parts.key(),
      seq: (this.seq = Math.max(this.seq, this.parts.now()) + 1),
      owner: this.owner,
      at: new Date(this.parts.now()).toISOString(),
      ...(shot ? { photo: true } : {}),
    };
    try {
      await this.ledger.add(deed, shot);
    } catch (error) {
      this.forget(deed.id); // a look at the records may have found its half
      throw error;
    }
    this.put(deed);
    void this.pump();
    return deed;
  }

  /** What a person decided about a refused deed: the same again, perhaps with other particulars. */
  async retry(id: string, body?: Deed["body"]): Promise<void> {
    const found = this.find(id);
    if (!found || this.flying.has(id)) return;
    const { trouble: _, sent: __, ...deed } = found;
    await this.change(body ? { ...deed, body } : deed);
    this.attempts.delete(id);
    void this.pump();
  }

  /** A person gives a deed up, and with it whatever waits for its photo. */
  async drop(id: string): Promise<void> {
    const deed = this.find(id);
    if (!deed || this.flying.has(id)) return;
    for (const one of this.awaiting(id)) await this.drop(one.id);
    await this.ledger.remove(deed);
    this.forget(id);
    void this.pump();
  }

  /** The deeds that go when this one goes. */
  awaiting(id: string): Deed[] {
    return this.deeds.filter((deed) => Object.values(deed.awaits ?? {}).includes(id));
  }

  /** Everything that has not arrived, oldest first; of one job, or of all. */
  waiting(job?: number): Waiting[] {
    return this.deeds.filter((deed) => !deed.half && (job === undefined || deed.job === job)).map((deed) => this.shown(deed));
  }

  /** Why nothing is sent at all, if so. */
  get barred(): Bar | undefined {
    return this.parts.up() ? this.bar : "offline";
  }

  watch(told: () => void): () => void {
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  }

  /** The network came back, or the application came to the front: whatever rests is tried at once. */
  wake(): Promise<void> {
    this.attempts.forEach((attempt) => (attempt.notBefore = 0));
    return this.pump();
  }

  /** Sends what can be sent, and resolves when there is nothing left that can. One at a time of these, on this phone. */
  pump(): Promise<void> {
    this.again = true;
    this.nudge();
    this.pumping ??= this.run();
    return this.pumping;
  }

  private async run(): Promise<void> {
    try {
      while (this.again) {
        this.again = false;
        const ours = await this.parts.alone("send", () => this.drain());
        if (!ours) this.ring(this.parts.now() + ELSEWHERE_MS);
      }
    } catch {
      this.ring(this.parts.now() + ELSEWHERE_MS); // storage said no: what is written is still there
    }
    this.pumping = undefined; // in one breath with the last look at `again`: who asks from here on starts a new run
    const at = wake(this.deeds, this.moment());
    if (at !== undefined) this.ring(at);
    this.tell();
  }

  /** One alarm is set, the earliest. */
  private ring(at: number): void {
    if (at >= this.alarm) return;
    this.alarm = at;
    this.parts.later(Math.max(0, at - this.parts.now()), () => {
      if (this.alarm === at) this.alarm = Infinity;
      void this.pump();
    });
  }

  private async drain(): Promise<void> {
    await this.reload();
    const under = new Map<string, Promise<void>>();
    for (;;) {
      const may = this.parts.up() && !this.bar ? next(this.deeds, this.moment()) : [];
      for (const deed of may) {
        this.flying.set(deed.id, 0);
        under.set(deed.id, this.dispatch(deed).finally(() => (this.flying.delete(deed.id), under.delete(deed.id))));
      }
      if (may.length) this.tell();
      if (!under.size) return;
      await Promise.race([...under.values(), new Promise<void>((resolve) => (this.nudge = resolve))]);
    }
  }

  private async dispatch(before: Deed): Promise<void> {
    try {
      const deed = await this.sent(before);
      const found = unsure(deed, this.parts.now()) ?? verdict(await this.reply(deed));
      if (found.kind === "done") await this.done(deed, found.answer);
      else if (found.kind === "refused") await this.change({ ...deed, trouble: found.trouble });
      else if (found.kind === "signed_out") await this.signedOut(before);
      else this.rest(deed, found.seconds);
    } catch {
      this.rest(before); // this phone could not write it down: the same again later is harmless
    }
    this.tell();
  }

  /** Written down before it leaves. The server knows a photo by its own id for ever, a call by its key for some days. */
  private async sent(deed: Deed): Promise<Deed> {
    if (deed.photo || deed.sent !== undefined) return deed;
    const sent = { ...deed, sent: this.parts.now() };
    await this.change(sent);
    return sent;
  }

  /** It was not let in: it stands as before it was sent. */
  private async signedOut(before: Deed): Promise<void> {
    this.bar = "signed_out";
    await this.change(before);
  }

  private rest(deed: Deed, least = 0): void {
    const tries = (this.attempts.get(deed.id)?.tries ?? 0) + 1;
    const seconds = Math.max(least, rest(tries, this.parts.chance()));
    this.attempts.set(deed.id, { tries, notBefore: this.parts.now() + seconds * 1000 });
  }

  private async reply(deed: Deed): Promise<Reply | undefined> {
    const onProgress = (percent: number) => {
      this.flying.set(deed.id, percent);
      this.tell();
    };
    try {
      return await this.parts.send(await this.ledger.completed(deed), onProgress);
    } catch (error) {
      if (error instanceof Unheard) return undefined;
      return { status: 400, body: { code: "phone_fault", title: "照片已不在手机上，请重拍", detail: String(error) } };
    }
  }

  /** First the photo's id, then the pages, then it is forgotten: a kill between repeats, and loses nothing. */
  private async done(deed: Deed, answer: unknown): Promise<void> {
    if (deed.photo) await this.ledger.arrive(deed, (answer as { id: number }).id, this.parts.now());
    await this.parts.arrived(deed, answer);
    await this.ledger.remove(deed);
    this.forget(deed.id);
  }

  private async change(deed: Deed): Promise<void> {
    await this.ledger.write(deed);
    this.put(deed);
  }

  private async reload(): Promise<void> {
    let read: Deed[];
    let seen: number;
    do {
      seen = this.changes;
      read = await this.ledger.all();
    } while (seen !== this.changes); // something was written while we read: read again
    this.deeds = read;
    this.seq = this.deeds.reduce((most, deed) => Math.max(most, deed.seq), this.seq);
    this.tell();
  }

  private moment(): Moment {
    const flying = new Set(this.flying.keys());
    return { now: this.parts.now(), owner: this.owner, flying, attempts: this.attempts, most: this.parts.most ?? MOST };
  }

  private shown(deed: Deed): Waiting {
    const percent = this.flying.get(deed.id);
    const tries = this.attempts.get(deed.id)?.tries ?? 0;
    const state =
      deed.owner !== this.owner ? "foreign" : deed.trouble ? "refused" : percent !== undefined ? "sending" : "waiting";
    return { deed, state, percent: percent ?? 0, tries };
  }

  private find(id: string): Deed | undefined {
    return this.deeds.find((deed) => deed.id === id);
  }

  private put(deed: Deed): void {
    this.changes += 1;
    this.deeds = [...this.deeds.filter((one) => one.id !== deed.id), deed].sort(byAge);
    this.tell();
  }

  private forget(id: string): void {
    this.changes += 1;
    this.attempts.delete(id);
    this.deeds = this.deeds.filter((deed) => deed.id !== id);
    this.tell();
  }

  private tell(): void {
    this.listeners.forEach((told) => told());
  }
}
