import { describe, expect, it } from "vitest";

import { remedy } from "@/offline";

import { Application, call, Flash, photo, Server, shot } from "./phone";

const DAY = 24 * 3600 * 1000;

describe("what a start clears away", () => {
  it("is no picture whose record is there, though it could not be read this time", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    app.up = false;
    const { id } = await app.queue.add(photo(1, "door"), shot());
    flash.unreadable.add(`deed/1/${id}`);
    await new Application(flash, server).start();
    expect([...flash.pictures.keys()]).toEqual([id]);
    flash.unreadable.clear();
    await (await new Application(flash, server).start()).settle();
    expect(server.taken.map((one) => one.id)).toEqual([id]);
  });

  it("is a photo's id after three days, unless a deed still waits for it or it could not be read", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    server.refuse = ({ action }) => (action === "check_in" ? { status: 422, body: {} } : undefined);
    const awaited = await app.queue.add(photo(1, "door"), shot());
    const unread = await app.queue.add(photo(1, "wall"), shot());
    await app.queue.add(photo(1, "lock"), shot());
    await app.settle();
    await app.queue.add({ ...call(1, "check_in"), awaits: { photo_id: awaited.id } });
    await app.settle();
    flash.unreadable.add(`photo/${unread.id}`);
    await new Application(flash, server, app.time + 4 * DAY).start();
    expect([...flash.texts.keys()].filter((key) => key.startsWith("photo/")).sort()).toEqual(
      [`photo/${awaited.id}`, `photo/${unread.id}`].sort(),
    );
  });
});

describe("a record that cannot be read", () => {
  /** Job 1's check-in, which the phone can then not read, a photo after it, and job 2's check-in. */
  async function stuck(damage: (flash: Flash, name: string) => void) {
    const [flash, server] = [new Flash(), new Server()];
    const before = await new Application(flash, server).start();
    before.up = false;
    const { id } = await before.queue.add(call(1, "check_in"));
    await before.queue.add(photo(1, "door"), shot());
    await before.queue.add(call(2, "check_in"));
    damage(flash, `deed/1/${id}`);
    const app = await new Application(flash, server).start();
    await app.queue.pump();
    return { flash, server, app, id };
  }
  const sent = (server: Server) => server.taken.map(({ deed }) => `${deed.job} ${deed.action}`);

  it("holds up its own job, is overwritten by nothing, and goes in its turn once it can be read", async () => {
    const { flash, server, app, id } = await stuck((phone, name) => phone.unreadable.add(name));
    expect(sent(server)).toEqual(["2 check_in"]);
    const [first] = app.queue.waiting(1);
    expect([first?.state, remedy(first!.deed).again]).toEqual(["refused", true]);
    await app.queue.retry(id);
    flash.unreadable.clear();
    await app.settle();
    expect(sent(server)).toEqual(["2 check_in", "1 check_in", "1 take_photo"]);
    expect(flash.deeds()).toEqual([]);
  });

  it("for good, because it is spoilt, is given up by a person only, and then the job goes on", async () => {
    const { flash, server, app, id } = await stuck((phone, name) => phone.texts.set(name, "{"));
    expect(flash.deeds()).toHaveLength(2);
    await app.queue.drop(id);
    await app.queue.pump();
    expect(sent(server)).toEqual(["2 check_in", "1 take_photo"]);
  });
});

it("a photo's time is its shutter's, not that of the writing down", async () => {
  const app = await new Application(new Flash(), new Server()).start();
  app.up = false;
  const { at } = await app.queue.add(photo(1, "door"), { ...shot(), at: app.time - 9000 });
  expect(Date.parse(at)).toBe(app.time - 9000);
});
