import type { Shot } from "@/platform/types";

import type { Deed } from "./deed";
import type { Ledger } from "./ledger";
import { byAge } from "./order";

/** The deeds as they are known to this window, oldest first: what the ledger holds, and who wants to hear of a change. */
export class Shelf {
  deeds: readonly Deed[] = [];
  private seq = 0;
  private changes = 0;
  private readonly listeners = new Set<() => void>();

  constructor(readonly ledger: Ledger) {}

  /** Reads anew what is written down: another window may have added to it, or sent of it. */
  async reload(): Promise<void> {
    let read: Deed[];
    let seen: number;
    do {
      seen = this.changes;
      read = await this.ledger.all();
    } while (seen !== this.changes); // something was written while we read: read again
    this.deeds = read;
    this.seq = read.reduce((most, deed) => Math.max(most, deed.seq), this.seq);
    this.tell();
  }

  /** Later than all before it, whatever the clock does. */
  following(now: number): number {
    return (this.seq = Math.max(this.seq, now) + 1);
  }

  async add(deed: Deed, shot?: Shot): Promise<void> {
    try {
      await this.ledger.add(deed, shot);
    } catch (error) {
      this.forget(deed.id); // a look at the records may have found its half
      throw error;
    }
    this.put(deed);
  }

  /** False: another window sent it or gave it up, and it stays so. */
  async change(deed: Deed): Promise<boolean> {
    const there = await this.ledger.has(deed);
    if (there) await this.ledger.write(deed);
    if (there) this.put(deed);
    else this.forget(deed.id);
    return there;
  }

  async remove(deed: Deed): Promise<void> {
    await this.ledger.remove(deed);
    this.forget(deed.id);
  }

  find(id: string): Deed | undefined {
    return this.deeds.find((deed) => deed.id === id);
  }

  watch(told: () => void): () => void {
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  }

  tell(): void {
    this.listeners.forEach((told) => told());
  }

  private put(deed: Deed): void {
    this.changes += 1;
    this.deeds = [...this.deeds.filter((one) => one.id !== deed.id), deed].sort(byAge);
    this.tell();
  }

  private forget(id: string): void {
    this.changes += 1;
    this.deeds = this.deeds.filter((deed) => deed.id !== id);
    this.tell();
  }
}
