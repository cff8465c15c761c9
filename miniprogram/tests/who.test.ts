import { beforeEach, describe, expect, it, vi } from "vitest";

import { Client, Session } from "@/api";
import { Kept } from "@/offline";
import { Unheard, type Call, type Reply } from "@/platform/types";
import { comeBack, enter, look, owner, signOut, switchRole, wake } from "@/shell/who";

import { Application, call, Flash, Server } from "./phone";

vi.mock("@/platform", () => ({ platform: { kind: "weapp", network: { up: () => true } } }));
// The real parts, put together anew for each test.
vi.mock("@/shell/phone", () => ({
  get api() { return phone.api; },
  get kept() { return phone.kept; },
  get queue() { return phone.app.queue; },
  get session() { return phone.session; },
}));

let phone: Awaited<ReturnType<typeof start>>;

/** A phone signed in as binding 1; `asked` is what its server hears besides deeds. */
async function start() {
  const [flash, server, asked] = [new Flash(), new Server(), [] as string[]];
  const now = { binding_id: 1, refused: false, lost: false, deaf: false, before: async () => {} };
  const wire = {
    call: async ({ method, url }: Call): Promise<Reply> => {
      asked.push(`${method} ${url} after ${server.taken.length}, ${server.under} under way`);
      if (now.deaf) throw new Unheard();
      const me = { binding_id: now.binding_id };
      if (url.endsWith("/sessions/wechat")) return ((now.binding_id = 1), { status: 201, body: { token: "own" } });
      if (url.endsWith("/me")) await now.before();
      if (url.endsWith("/me")) return { status: 200, body: me };
      if (!url.endsWith("/role")) return { status: 200, body: { binding_id: now.binding_id } };
      if (now.refused) return { status: 403, body: {} };
      now.binding_id = 2;
      if (now.lost) now.deaf = true;
      if (now.lost) throw new Unheard();
      return { status: 200, body: { role: "dispatcher", dealer_id: 1 } };
    },
    upload: async (): Promise<Reply> => ({ status: 500, body: {} }),
  };
  const { records } = flash.boot();
  const session = new Session(wire, records, async () => ({ kind: "wechat", code: "c" }));
  await session.open();
  await session.take({ token: "t" });
  const app = new Application(flash, server);
  app.turn = () => session.turn;
  await app.start("b1");
  return { app, server, asked, now, session, kept: new Kept(records, () => app.time), api: new Client(wire, session) };
}

beforeEach(async () => {
  phone = await start();
});

/** One deed under way, one behind it. */
async function busy() {
  await phone.app.queue.add(call(1, "check_in"));
  await phone.app.queue.add(call(1, "submit"));
  while (!phone.server.under) await new Promise((resolve) => setTimeout(resolve, 0));
}

describe("who uses the phone", () => {
  it("changes the role when nothing of the old one is under way, and what waits then waits for the old one", async () => {
    await busy();
    await switchRole(2);
    expect(phone.asked[0]).toBe("POST /api/v1/me/role after 1, 0 under way");
    await phone.app.settle();
    expect(phone.app.queue.waiting().map((one) => one.state)).toEqual(["foreign"]);
  });

  it("goes on in the old role when the new one is refused", async () => {
    phone.now.refused = true;
    await busy();
    await expect(switchRole(2)).rejects.toThrow();
    await phone.app.settle();
    expect(phone.server.taken.map(({ deed }) => deed.action)).toEqual(["check_in", "submit"]);
  });

  it("sends nothing under a role that a lost answer may have changed, until the server said which it is", async () => {
    phone.now.lost = true;
    await look(); // heard and kept: the old role
    await busy();
    await expect(switchRole(2)).rejects.toThrow(Unheard);
    await phone.app.queue.wake();
    await phone.app.settle();
    const [first] = phone.app.queue.waiting();
    expect([phone.server.asked.length, first?.state, phone.app.queue.barred]).toEqual([1, "waiting", "offline"]);
    phone.now.deaf = false;
    wake();
    await vi.waitFor(() => expect(phone.app.queue.waiting()[0]?.state).toBe("foreign"));
    await phone.app.settle();
    expect(phone.server.asked).toHaveLength(1);
  });

  it("writes down what is done while the role changes for the old role", async () => {
    await look();
    await busy();
    const switching = switchRole(2);
    const late = await phone.app.queue.add(call(1, "confirm_code"));
    await switching;
    await phone.app.settle();
    expect([late.owner, phone.server.asked.length]).toEqual(["b1", 1]);
    phone.now.binding_id = 1;
    phone.session.doubt();
    await look();
    await phone.app.settle();
    expect(phone.server.taken.map(({ deed }) => deed.action)).toEqual(["check_in", "submit", "confirm_code"]);
  });

  it("sends nothing by a session that was opened anew until the server said whose it is", async () => {
    await look();
    phone.now.binding_id = 2;
    await phone.session.take({ token: "anew" });
    await phone.app.queue.add(call(1, "check_in"));
    await phone.app.settle();
    expect([phone.server.asked.length, phone.app.queue.barred]).toEqual([0, "offline"]);
    wake();
    await vi.waitFor(() => expect(phone.app.queue.waiting()[0]?.state).toBe("foreign"));
  });

  it("believes no answer that was under way when the role changed", async () => {
    await look();
    let free = () => {};
    phone.now.before = () => new Promise<void>((resolve) => (free = resolve));
    const early = look();
    await new Promise((resolve) => setTimeout(resolve, 0));
    phone.now.before = async () => {};
    await switchRole(2);
    free();
    await early;
    await phone.app.queue.add(call(1, "check_in"));
    expect(phone.app.queue.waiting()[0]?.deed.owner).toBe("b2");
  });

  it("shows nobody else under a session that another opened, though the server is not heard", async () => {
    await look();
    phone.now.deaf = true;
    await enter({ token: "anothers" });
    expect(owner()).toBe("guest");
  });

  it("looks at a customer's job and comes back to what was left unsent", async () => {
    await look();
    phone.app.up = false;
    await phone.app.queue.add(call(1, "check_in"));
    phone.app.up = true;
    phone.now.binding_id = 0;
    await enter({ token: "a customer's" });
    await phone.app.settle();
    expect([owner(), phone.app.queue.waiting()[0]?.state, phone.server.asked.length]).toEqual(["guest", "foreign", 0]);
    await comeBack();
    await phone.app.settle();
    expect([owner(), phone.server.taken.map(({ deed }) => deed.action)]).toEqual(["b1", ["check_in"]]);
  });

  it("sends also when the phone is too full to keep who it is", async () => {
    phone.kept.hear = () => Promise.reject(new Error("full"));
    phone.session.doubt();
    await look();
    expect(phone.app.queue.barred).toBeUndefined();
  });

  it("sends nothing after the sign-out, whatever wakes it", async () => {
    await busy();
    await signOut();
    expect(phone.asked).toEqual(["DELETE /api/v1/sessions/current after 1, 0 under way"]);
    await phone.app.queue.wake();
    await phone.app.settle();
    expect(phone.server.asked).toHaveLength(1);
  });
});
