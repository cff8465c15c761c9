/** A phone that can be killed after any write, and a server that loses answers. */

import { Queue } from "@/offline";
import type { Deed } from "@/offline";
import { Unheard, type Files, type Records, type Reply, type Shot } from "@/platform/types";

export class Killed extends Error {}

/** What survives a kill. */
export class Flash {
  readonly texts = new Map<string, string>();
  readonly pictures = new Map<string, Shot>();
  /** No room for pictures. */
  full = false;
  /** Records that are there and cannot be read. */
  readonly unreadable = new Set<string>();

  /** Storage for one life of the application: after so many writes it is dead, that write undone, for good. */
  boot(writes = Infinity): Life {
    let left = writes;
    const write = () => {
      if (left <= 0) throw new Killed();
      left -= 1;
    };
    const { texts, pictures, unreadable } = this;
    const room = () => {
      if (this.full) throw new Error("quota exceeded");
    };
    return {
      dead: () => left <= 0,
      records: {
        read: async (key) => {
          if (unreadable.has(key)) throw new Error("unreadable");
          return texts.get(key);
        },
        write: async (key, text) => (write(), void texts.set(key, text)),
        remove: async (key) => (write(), void texts.delete(key)),
        keys: async (prefix) => [...texts.keys()].filter((key) => key.startsWith(prefix)),
      },
      files: {
        keep: async (key, shot) => (write(), room(), void pictures.set(key, shot)),
        has: async (key) => pictures.has(key),
        address: async (key) => (pictures.has(key) ? `kept:${key}` : undefined),
        remove: async (key) => (write(), void pictures.delete(key)),
        keys: async () => [...pictures.keys()],
      },
    };
  }

  deeds(): string[] {
    return [...this.texts.keys()].filter((key) => key.startsWith("deed/"));
  }
}

interface Life {
  dead(): boolean;
  records: Records;
  files: Files;
}

type Fault = "fine" | "lost" | "never" | "busy";

/** Takes each key once, as the API does; `fault` says what becomes of the next request or of its answer. */
export class Server {
  readonly taken: { id: string; deed: Deed }[] = [];
  readonly asked: Deed[] = [];
  fault: () => Fault = () => "fine";
  refuse: (deed: Deed) => Reply | undefined = () => undefined;
  /** What is under way, and the most that ever was. */
  under = 0;
  most = 0;

  send = async (deed: Deed): Promise<Reply> => {
    this.asked.push(deed);
    this.most = Math.max(this.most, ++this.under);
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.under -= 1;
    const fault = this.fault();
    if (fault === "never") throw new Unheard();
    if (fault === "busy") return { status: 503, body: {} };
    const refusal = this.refuse(deed);
    if (!refusal && !this.taken.some(({ id }) => id === deed.id)) this.taken.push({ id: deed.id, deed });
    if (fault === "lost") throw new Unheard();
    return refusal ?? { status: 201, body: { id: 1000 + this.taken.findIndex(({ id }) => id === deed.id) } };
  };
}

let keys = 0;

/** An application just started on this flash. Time goes by whenever it would wait. */
export class Application {
  time: number;
  up = true;
  /** Of the session, whose it is. */
  turn = () => 0;
  readonly timers: { at: number; run: () => void }[] = [];
  readonly arrived: Deed[] = [];
  readonly queue: Queue;

  private readonly life: Life;

  constructor(flash: Flash, server: Server, time = Date.parse("2026-03-02T02:00:00Z"), writes = Infinity) {
    this.time = time;
    this.life = flash.boot(writes);
    this.queue = new Queue({
      records: this.life.records,
      files: this.life.files,
      send: (deed) => server.send(deed),
      up: () => this.up,
      turn: () => this.turn(),
      now: () => this.time,
      key: () => `key-${++keys}`,
      chance: () => 0,
      later: (ms, run) => void this.timers.push({ at: this.time + ms, run }),
      alone: async (_, work) => (await work(), true),
      arrived: async (deed) => void this.arrived.push(deed),
    });
  }

  async start(owner = "b1"): Promise<this> {
    await this.queue.open();
    await this.queue.become(owner);
    return this;
  }

  /** Lets it run until nothing is due any more. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 500; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await this.queue.pump();
      const due = this.timers.sort((a, b) => a.at - b.at).shift();
      if (!due) return;
      if (this.life.dead()) throw new Killed();
      this.time = Math.max(this.time, due.at);
      due.run();
    }
  }
}

export const shot = (text = "picture"): Shot => ({ source: text, bytes: text.length, at: Date.parse("2026-03-02T01:59:00Z"), capture: "camera" });
export const call = (job: number, action: string, body: Record<string, unknown> = {}) => ({
  job, action, address: `/api/v1/jobs/${job}/${action}`, body,
});
export const photo = (job: number, slot: string) => call(job, "take_photo", { slot });
