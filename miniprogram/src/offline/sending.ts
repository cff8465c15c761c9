import { Gone, Unheard, type Reply } from "@/platform/types";

import { isKept, isUnread, type Deed } from "./deed";
import { next, wake, type Attempt, type Moment } from "./order";
import type { Shelf } from "./shelf";
import { rest, unsure, verdict } from "./verdict";

/** What sending stands on; a test's phone and a real one differ in these only. */
export interface Parts {
  /** Sends one deed as it stands; `Unheard` when nothing came back. */
  send(deed: Deed, onProgress: (percent: number) => void): Promise<Reply>;
  up(): boolean;
  /** Another number whenever the session may have become somebody else's. */
  turn(): number;
  now(): number;
  /** 0 … 1 */
  chance(): number;
  later(ms: number, run: () => void): void;
  alone(name: string, work: () => Promise<void>): Promise<boolean>;
  /** Before a deed is forgotten: what the pages should know of its answer. May be told twice. */
  arrived(deed: Deed, answer: unknown): Promise<void>;
  most?: number;
}

export type Bar = "offline" | "signed_out";

const MOST = 4; // WeChat allows ten requests at once, and the pages want some
const ELSEWHERE_MS = 5000; // another window sends, or the storage is in the way
const UNREAD_MS = 30_000;

/** Sends what lies on the shelf: in its job's order, again after longer and longer rests, until the server has answered. */
export class Sending {
  owner = "";
  private bar: Bar | undefined;
  /** The turn in which the server said that the session is the owner's. */
  private named = NaN;
  private readonly attempts = new Map<string, Attempt>();
  private readonly flying = new Map<string, number>();
  private pumping: Promise<void> | undefined;
  private again = false;
  private nudge = () => {};
  private alarm = Infinity;

  constructor(
    private readonly shelf: Shelf,
    private readonly parts: Parts,
  ) {}

  /** `sure` false: so it was when somebody last looked. Then nothing leaves under that name yet. */
  become(owner: string, sure: boolean): Promise<void> {
    this.owner = owner;
    this.bar = undefined;
    this.named = sure ? this.parts.turn() : NaN;
    this.attempts.clear();
    return this.pump();
  }

  get barred(): Bar | undefined {
    if (!this.parts.up()) return "offline";
    return this.bar ?? (this.named === this.parts.turn() ? undefined : "offline");
  }

  /** Per cent of what is under way; undefined when it is not. */
  percent(id: string): number | undefined {
    return this.flying.get(id);
  }

  tries(id: string): number {
    return this.attempts.get(id)?.tries ?? 0;
  }

  /** As if it had never been tried. */
  afresh(id: string): void {
    this.attempts.delete(id);
  }

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
    const at = wake(this.shelf.deeds, this.moment());
    if (at !== undefined) this.ring(at);
    if (this.shelf.deeds.some(isUnread)) this.ring(this.parts.now() + UNREAD_MS);
    this.shelf.tell();
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
    await this.shelf.reload();
    const under = new Map<string, Promise<void>>();
    for (;;) {
      const may = this.barred ? [] : next(this.shelf.deeds, this.moment());
      for (const deed of may) {
        this.flying.set(deed.id, 0);
        under.set(deed.id, this.dispatch(deed).finally(() => (this.flying.delete(deed.id), under.delete(deed.id))));
      }
      if (may.length) this.shelf.tell();
      if (!under.size) return;
      await Promise.race([...under.values(), new Promise<void>((resolve) => (this.nudge = resolve))]);
    }
  }

  private async dispatch(before: Deed): Promise<void> {
    try {
      const deed = await this.sent(before);
      if (!deed) return;
      const found = unsure(deed, this.parts.now()) ?? verdict(await this.reply(deed));
      if (found.kind === "done") await this.done(deed, found.answer);
      else if (found.kind === "refused") await this.shelf.change({ ...deed, trouble: found.trouble });
      else if (found.kind === "signed_out") await this.signedOut(before);
      else this.rest(deed, found.seconds);
    } catch {
      this.rest(before); // this phone could not read it or write it down: the same again later is harmless
    }
    this.shelf.tell();
  }

  /**
   * Written down before it leaves; undefined when it was given up meanwhile. The server knows a photo by its own id for
   * ever, a call by its key for some days.
   */
  private async sent(deed: Deed): Promise<Deed | undefined> {
    if (deed.photo || deed.sent !== undefined) return deed;
    const sent = { ...deed, sent: this.parts.now() };
    return (await this.shelf.change(sent)) ? sent : undefined;
  }

  /** It was not let in: it stands as before it was sent. */
  private async signedOut(before: Deed): Promise<void> {
    this.bar = "signed_out";
    await this.shelf.change(before);
  }

  private rest(deed: Deed, least = 0): void {
    const tries = this.tries(deed.id) + 1;
    const seconds = Math.max(least, rest(tries, this.parts.chance()));
    this.attempts.set(deed.id, { tries, notBefore: this.parts.now() + seconds * 1000 });
  }

  private async reply(deed: Deed): Promise<Reply | undefined> {
    const onProgress = (percent: number) => {
      this.flying.set(deed.id, percent);
      this.shelf.tell();
    };
    try {
      return await this.parts.send(await this.shelf.ledger.completed(this.without(deed)), onProgress);
    } catch (error) {
      if (error instanceof Unheard) return undefined;
      if (error instanceof Gone) return { status: 400, body: { code: "phone_fault", title: "照片已不在手机上，请重拍" } };
      throw error;
    }
  }

  /** It goes without the photos that came too late to have an id. */
  private without({ awaits, ...deed }: Deed): Deed {
    const late = new Set(this.shelf.deeds.filter(isKept).map((one) => one.id));
    return { ...deed, awaits: Object.fromEntries(Object.entries(awaits ?? {}).filter(([, id]) => !late.has(id))) };
  }

  /** First the photo's id, then the pages, then it is forgotten: a kill between repeats, and loses nothing. */
  private async done(deed: Deed, answer: unknown): Promise<void> {
    if (deed.photo) await this.shelf.ledger.arrive(deed, (answer as { id: number }).id, this.parts.now());
    await this.parts.arrived(deed, answer);
    await this.shelf.remove(deed);
    this.attempts.delete(deed.id);
  }

  private moment(): Moment {
    const flying = new Set(this.flying.keys());
    return { now: this.parts.now(), owner: this.owner, flying, attempts: this.attempts, most: this.parts.most ?? MOST };
  }
}
