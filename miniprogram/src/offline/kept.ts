import type { Records } from "@/platform/types";

/** An answer as it was heard, and when. */
export interface Heard<T> {
  answer: T;
  at: number;
}

const PREFIX = "heard/";
const DRAFT = "draft/";
const DAY_MS = 24 * 3600 * 1000;
const LIFE_MS = 3 * DAY_MS;
const DRAFT_MS = 30 * DAY_MS;

/** The last answers, so that today's jobs open without a network; and what was filled in but not yet sent. Both belong to
 * one session's person: nobody else reads them, and signing out forgets them. */
export class Kept {
  constructor(
    private readonly records: Records,
    private readonly now: () => number,
  ) {}

  async heard<T>(owner: string, address: string): Promise<Heard<T> | undefined> {
    const text = await this.records.read(`${PREFIX}${owner}/${address}`).catch(() => undefined); // then it is as if never heard
    const found = text ? (JSON.parse(text) as Heard<T>) : undefined;
    return found && this.now() - found.at < LIFE_MS ? found : undefined;
  }

  hear(owner: string, address: string, answer: unknown): Promise<void> {
    return this.put(`${PREFIX}${owner}/${address}`, answer);
  }

  private put(name: string, answer: unknown): Promise<void> {
    return this.records.write(name, JSON.stringify({ answer, at: this.now() }));
  }

  async draft<T>(owner: string, name: string): Promise<T | undefined> {
    const text = await this.records.read(`${DRAFT}${owner}/${name}`);
    return text ? (JSON.parse(text) as Heard<T>).answer : undefined;
  }

  write(owner: string, name: string, draft: unknown): Promise<void> {
    return this.put(`${DRAFT}${owner}/${name}`, draft);
  }

  /** The draft became a deed. */
  settle(owner: string, name: string): Promise<void> {
    return this.records.remove(`${DRAFT}${owner}/${name}`);
  }

  /** Addresses and phones are not kept longer than the work needs them, nor is what was filled in and never sent. */
  async tidy(): Promise<void> {
    for (const [prefix, life] of [[PREFIX, LIFE_MS], [DRAFT, DRAFT_MS]] as const) {
      for (const name of await this.records.keys(prefix)) {
        const { at = 0 } = JSON.parse((await this.records.read(name)) ?? "{}") as Partial<Heard<unknown>>;
        if (this.now() - at >= life) await this.records.remove(name);
      }
    }
  }

  async forget(owner: string): Promise<void> {
    const names = await Promise.all([this.records.keys(`${PREFIX}${owner}/`), this.records.keys(`${DRAFT}${owner}/`)]);
    for (const name of names.flat()) await this.records.remove(name);
  }
}
