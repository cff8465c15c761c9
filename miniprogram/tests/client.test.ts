import { describe, expect, it } from "vitest";

import { Client, Session } from "@/api";
import { Renewed, Unheard, type Call, type Proof, type Reply } from "@/platform/types";

import { Flash } from "./phone";

const WECHAT: Proof = { kind: "wechat", code: "c" };

/** A phone whose session is over; `login` is what the server says to a new one. */
async function over(proof: () => Promise<Proof | undefined>, login: Reply) {
  const wire = {
    call: async ({ url, headers }: Call) =>
      url.includes("/sessions/") ? login : { status: headers.Authorization ? 200 : 401, body: {} },
    upload: async () => ({ status: 401, body: {} }),
  };
  const session = new Session(wire, new Flash().boot().records, proof);
  await session.open();
  return new Client(wire, session);
}

describe("a press whose answer was not heard", () => {
  it("is the same press when it is pressed again; another thing, or the next one, is another", async () => {
    const keys: (string | undefined)[] = [];
    let deaf = true;
    const wire = {
      call: async ({ headers }: Call): Promise<Reply> => {
        keys.push(headers["Idempotency-Key"]);
        if (deaf) throw new Unheard();
        return { status: 201, body: {} };
      },
      upload: async () => ({ status: 500, body: {} }),
    };
    const client = new Client(wire, new Session(wire, new Flash().boot().records, async () => undefined));
    const press = (text: string) => client.answer("POST", "/api/v1/jobs/1/complaints", { body: { text } });
    await expect(press("漏水")).rejects.toBeInstanceOf(Unheard);
    deaf = false;
    for (const text of ["漏水", "漏水", "松动"]) await press(text);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });
});

describe("a session that is over", () => {
  it("is no refusal of what was sent while the phone could not sign in anew: nothing was heard", async () => {
    const clients = [
      await over(async () => WECHAT, { status: 503, body: {} }),
      await over(async () => WECHAT, { status: 429, body: { title: "太频繁" } }),
      await over(() => Promise.reject(new Error("login:fail")), { status: 201, body: {} }),
    ];
    for (const client of clients) {
      await expect(client.send("POST", "/api/v1/jobs/1/check-in", { body: {} })).rejects.toBeInstanceOf(Unheard);
      await expect(client.upload("/api/v1/jobs/1/photos", "key", {}, () => {})).rejects.toBeInstanceOf(Unheard);
    }
  });

  it("is opened anew: what reads goes once more, a change does not, for it may be another's session now", async () => {
    const opened = () => over(async () => WECHAT, { status: 201, body: { token: "t" } });
    expect((await (await opened()).send("GET", "/api/v1/me")).status).toBe(200);
    await expect((await opened()).send("POST", "/api/v1/jobs/1/check-in", { body: {} })).rejects.toBeInstanceOf(Renewed);
    await expect((await opened()).upload("/api/v1/jobs/1/photos", "key", {}, () => {})).rejects.toBeInstanceOf(Renewed);
  });

  it("is told as it is when there is nothing to sign in with, or that was refused", async () => {
    for (const client of [await over(async () => undefined, { status: 201, body: {} }), await over(async () => WECHAT, { status: 403, body: {} })]) {
      expect((await client.send("POST", "/api/v1/jobs/1/check-in", { body: {} })).status).toBe(401);
    }
  });
});
