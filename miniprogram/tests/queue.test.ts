import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { remedy, type Deed } from "@/offline";

import { Application, call, Flash, Killed, photo, Server, shot } from "./phone";

const order = (server: Server, job: number) => server.taken.filter(({ deed }) => deed.job === job).map(({ deed }) => deed.action);

async function visit(app: Application, photos: number): Promise<void> {
  await app.queue.add(call(1, "check_in"));
  for (let n = 0; n < photos; n++) await app.queue.add(photo(1, `s${n}`), shot(`picture ${n}`));
  await app.queue.add(call(1, "submit"));
}

describe("the order", () => {
  it("is the job's: the check-in first, photos side by side, the submit last", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    app.up = false;
    await visit(app, 9);
    await app.settle();
    expect([server.asked, app.queue.barred]).toEqual([[], "offline"]);
    app.up = true;
    await app.settle();
    expect(order(server, 1)).toEqual(["check_in", ...Array(9).fill("take_photo"), "submit"]);
    expect(server.most).toBe(4);
    expect([flash.deeds(), flash.pictures.size]).toEqual([[], 0]);
  });

  it("holds one job's refusal from no other job", async () => {
    const [flash, server] = [new Flash(), new Server()];
    server.refuse = ({ job }) => (job === 1 ? { status: 409, body: { code: "job_changed", title: "工单已变化" } } : undefined);
    const app = await new Application(flash, server).start();
    await visit(app, 2);
    await app.queue.add(call(2, "check_in"));
    await app.settle();
    expect(order(server, 2)).toEqual(["check_in"]);
    const [first, ...rest] = app.queue.waiting();
    expect([first?.state, first?.deed.trouble?.code]).toEqual(["refused", "job_changed"]);
    expect(rest.map(({ deed, state }) => [deed.action, state])).toEqual([["take_photo", "refused"], ["take_photo", "refused"], ["submit", "waiting"]]);
    expect(flash.pictures.size).toBe(2);
  });

  it("sends what a job that moved on has as evidence: a call goes without the photo that came too late, and a photo past a refused call", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    app.up = false;
    const door = await app.queue.add(photo(1, "door"), shot());
    await app.queue.add({ ...call(1, "check_in"), awaits: { photo_id: door.id } });
    await app.queue.add(photo(1, "site"), shot());
    server.refuse = ({ photo }) => ({ status: 409, body: { code: photo ? "job_changed" : "illegal_transition", title: "已取消" } });
    app.up = true;
    await app.settle();
    expect(server.asked.map(({ action, body }) => [action, body.photo_id])).toEqual([["take_photo", undefined], ["check_in", undefined], ["take_photo", undefined]]);
    const [kept, refused] = app.queue.waiting();
    await app.queue.drop(kept!.deed.id);
    expect(app.queue.waiting()[0]?.deed.id).toBe(refused!.deed.id);
  });

  it("takes what was refused and is done anew in its old place, and waits for no other word of a person", async () => {
    const [flash, server] = [new Flash(), new Server()];
    server.refuse = ({ action, body }) => (action === "check_in" && !body.reason ? { status: 409, body: { code: "barred", title: "有误" } } : undefined);
    const app = await new Application(flash, server).start();
    await visit(app, 1);
    await app.settle();
    const door = await app.queue.add(photo(1, "door"), shot());
    await app.queue.add({ ...call(1, "check_in", { reason: "gps" }), awaits: { photo_id: door.id } });
    await app.settle();
    expect(order(server, 1)).toEqual(["take_photo", "take_photo", "check_in", "submit"]);
    expect([app.queue.waiting(), flash.deeds()]).toEqual([[], []]);
  });

  it("puts another thing of the same kind beside what was refused, and a new picture in the old one's stead", async () => {
    const [flash, server] = [new Flash(), new Server()];
    server.refuse = ({ seq, photo, body }) => (body.item === "drill" || (photo && seq < second) ? { status: 422, body: { code: "invalid", title: "有误" } } : undefined);
    let second = Infinity;
    const app = await new Application(flash, server).start();
    const first = await app.queue.add(photo(1, "door"), shot());
    await app.settle();
    await app.queue.add({ ...call(1, "abort_visit"), awaits: { photo_id: first.id } });
    second = app.time + 1e9;
    app.time += 2e9;
    await app.queue.add(photo(1, "door"), shot());
    await app.settle();
    expect(server.taken[1]?.deed.body).toEqual({ photo_id: 1000 });
    await app.queue.add(call(1, "add_charge", { item: "drill" }));
    await app.settle();
    await app.queue.add(call(1, "add_charge", { item: "cable" }));
    expect(app.queue.waiting().map(({ deed }) => deed.body.item)).toEqual(["drill", "cable"]);
  });

  it("takes each picture of a complaint for itself, and says there what to do with one that was refused", async () => {
    const [flash, server] = [new Flash(), new Server()];
    server.refuse = () => ({ status: 409, body: { code: "complaint_over", title: "投诉已了结" } });
    const app = await new Application(flash, server).start();
    for (let n = 0; n < 2; n++) {
      await app.queue.add(call(1, "complaint_opened"), shot());
      await app.settle();
    }
    expect(app.queue.waiting().map(({ deed }) => remedy(deed).advice)).toEqual(Array(2).fill("这张照片加不上了，可以收起。"));
  });

  it("goes on after a person gave the refused deed up, or had it sent again", async () => {
    const [flash, server] = [new Flash(), new Server()];
    let strict = true;
    server.refuse = ({ action }) => (strict && action === "check_in" ? { status: 422, body: { code: "invalid", title: "有误" } } : undefined);
    const app = await new Application(flash, server).start();
    await visit(app, 1);
    await app.settle();
    strict = false;
    await app.queue.retry(app.queue.waiting()[0]!.deed.id);
    await app.settle();
    expect(order(server, 1)).toEqual(["take_photo", "check_in", "submit"]);
    expect(new Set(server.asked.filter(({ action }) => action === "check_in").map(({ id }) => id)).size).toBe(1);
  });

  it("lets a deed wait for the id of its photo, also when that has arrived already, and gives both up together", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    app.up = false;
    const first = await app.queue.add(photo(1, "door"), shot());
    await app.queue.add({ ...call(1, "abort_visit", { reason: "absent" }), awaits: { photo_id: first.id } });
    app.up = true;
    await app.settle();
    expect(server.taken.map(({ deed }) => deed.body)).toEqual([{ slot: "door" }, { reason: "absent", photo_id: 1000 }]);
    await app.queue.add({ ...call(1, "report_damage"), awaits: { photo_id: first.id } });
    await app.settle();
    expect(server.taken[2]?.deed.body).toEqual({ photo_id: 1000 });
    app.up = false;
    const second = await app.queue.add(photo(1, "door"), shot());
    await app.queue.add({ ...call(1, "abort_visit"), awaits: { photo_id: second.id } });
    await app.queue.drop(second.id);
    expect(app.queue.waiting()).toEqual([]);
    expect(flash.pictures.size).toBe(0);
  });
});

describe("a bad network", () => {
  it("never does a thing twice: a lost answer is asked for under the same key, after longer and longer rests", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    const begun = app.time;
    let lost = 4;
    server.fault = () => (lost-- > 0 ? "lost" : "fine");
    await app.queue.add(call(1, "check_in"));
    await app.settle();
    expect(server.asked).toHaveLength(5);
    expect(order(server, 1)).toEqual(["check_in"]);
    expect((app.time - begun) / 1000).toBeCloseTo(2 + 4 + 8 + 16, 0);
  });

  it("waits for a sign-in, and keeps what another role did for that role", async () => {
    const [flash, server] = [new Flash(), new Server()];
    let out = true;
    server.refuse = () => (out ? { status: 401, body: {} } : undefined);
    const app = await new Application(flash, server).start("b1");
    await app.queue.add(call(1, "check_in"));
    await app.settle();
    expect([app.queue.barred, app.queue.waiting()[0]?.state]).toEqual(["signed_out", "waiting"]);
    out = false;
    await app.queue.become("b2");
    await app.settle();
    expect([server.taken, app.queue.waiting()[0]?.state]).toEqual([[], "foreign"]);
    await app.queue.become("b1");
    await app.settle();
    expect(order(server, 1)).toEqual(["check_in"]);
  });
});

describe("a session that ends", () => {
  it("lets what is under way arrive first, and sends nothing more until its owner is back", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start("b1");
    await visit(app, 0);
    while (!server.under) await new Promise((resolve) => setTimeout(resolve, 0));
    app.turn = () => 1;
    await app.queue.pump();
    expect([server.under, order(server, 1)]).toEqual([0, ["check_in"]]);
    await app.queue.wake();
    expect([server.asked.length, app.queue.waiting()[0]?.state]).toEqual([1, "waiting"]);
    await app.queue.become("b1");
    expect(order(server, 1)).toEqual(["check_in", "submit"]);
  });
});

describe("another window", () => {
  it("gives up what this one sends, and no refusal writes it back", async () => {
    const [flash, server] = [new Flash(), new Server()];
    server.refuse = () => ({ status: 409, body: { code: "barred", title: "有误" } });
    const app = await new Application(flash, server).start();
    app.up = false;
    const { id } = await app.queue.add(call(1, "check_in"));
    const other = new Application(flash, server);
    other.up = false;
    await other.start();
    app.up = true;
    void app.queue.pump();
    while (!server.under) await new Promise((resolve) => setTimeout(resolve, 0));
    await other.queue.drop(id);
    await app.settle();
    expect([server.asked.length, flash.deeds(), app.queue.waiting()]).toEqual([1, [], []]);
  });
});

describe("a full phone", () => {
  it("says so at once and holds nothing else back", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    flash.full = true;
    await expect(app.queue.add(photo(1, "door"), shot())).rejects.toThrow("quota exceeded");
    await app.queue.add(call(1, "check_in"));
    await app.settle();
    expect(order(server, 1)).toEqual(["check_in"]);
    expect([flash.deeds(), app.queue.waiting()]).toEqual([[], []]);
  });
});

describe("an answer that the server no longer keeps", () => {
  const DAY = 24 * 3600 * 1000;

  async function lost(wish: ReturnType<typeof call>, picture = false) {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    server.fault = () => ((app.up = false), "lost");
    await app.queue.add(wish, picture ? shot() : undefined);
    await app.settle();
    server.fault = () => "fine";
    const later = (days: number) => new Application(flash, server, app.time + days * DAY).start();
    return { server, later };
  }

  it("is asked for by a person: two days after the first sending a call is held, and goes when they say so", async () => {
    const { server, later } = await lost(call(1, "add_charge"));
    const app = await later(2.1);
    await app.settle();
    const [held] = app.queue.waiting();
    expect([server.asked.length, held?.state, held?.deed.trouble?.code]).toEqual([1, "refused", "long_unanswered"]);
    await app.queue.retry(held!.deed.id);
    await app.settle();
    expect([server.asked.length, app.queue.waiting()]).toEqual([2, []]);
  });

  it("is still kept within two days, and for photos, which the server knows by their own ids, for ever", async () => {
    for (const [wish, days] of [[call(1, "add_charge"), 1.9], [photo(1, "door"), 9]] as const) {
      const { server, later } = await lost(wish, wish.action === "take_photo");
      const app = await later(days);
      await app.settle();
      expect([server.asked.length, app.queue.waiting()]).toEqual([2, []]);
    }
  });

  it("was never given to what was not sent, or not let in: however late, that goes by itself", async () => {
    const [flash, server] = [new Flash(), new Server()];
    server.refuse = () => ({ status: 401, body: {} });
    const first = await new Application(flash, server).start();
    await first.queue.add(call(1, "add_charge"));
    await first.settle();
    server.refuse = () => undefined;
    const app = await new Application(flash, server, first.time + 9 * DAY).start();
    await app.settle();
    expect(order(server, 1)).toEqual(["add_charge"]);
  });
});

/** Starts it again and again with so many writes to live; the last time it may live. */
async function throughKills(lives: number[], faults: () => "fine" | "lost" | "never" | "busy", photos: number) {
  const [flash, server] = [new Flash(), new Server()];
  server.fault = faults;
  const shown = new Map<string, Deed>();
  let [step, time] = [0, Date.parse("2026-03-02T02:00:00Z")];
  for (const life of [...lives, Infinity]) {
    const app = new Application(flash, server, time, life);
    try {
      await app.start();
      // What a person saw done is never done again; what the kill swallowed is.
      for (; step < photos + 2; step++) {
        const wish = step === 0 ? call(1, "check_in") : step <= photos ? photo(1, `s${step}`) : call(1, "submit");
        const deed = await app.queue.add(wish, "slot" in wish.body ? shot(`picture ${step}`) : undefined);
        shown.set(deed.id, deed);
      }
      await app.settle();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    time = app.time;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { flash, server, shown };
}

describe("a kill at any moment", () => {
  it("loses nothing that was shown, repeats nothing, keeps the order, and leaves no picture behind", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 6 }),
        fc.infiniteStream(fc.constantFrom("fine", "fine", "lost", "never", "busy")),
        fc.integer({ min: 1, max: 8 }),
        async (lives, weather, photos) => {
          let quiet = 200;
          const faults = () => (quiet-- > 0 ? (weather.next().value as "fine") : "fine");
          const { flash, server, shown } = await throughKills(lives, faults, photos);
          const ids = server.taken.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          for (const id of shown.keys()) expect(ids).toContain(id);
          const actions = order(server, 1);
          expect(actions.lastIndexOf("check_in")).toBeLessThan(actions.indexOf("take_photo"));
          expect(actions.lastIndexOf("take_photo")).toBeLessThan(actions.indexOf("submit"));
          expect(flash.deeds()).toEqual([]);
          expect([...flash.pictures.keys()]).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});
