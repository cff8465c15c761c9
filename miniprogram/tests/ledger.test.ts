import { describe, expect, it } from "vitest";

import { Application, call, Flash, photo, Server, shot } from "./phone";

const DAY = 24 * 3600 * 1000;

describe("what a start clears away", () => {
  it("is no picture whose record is there, though it could not be read this time", async () => {
    const [flash, server] = [new Flash(), new Server()];
    const app = await new Application(flash, server).start();
    app.up = false;
    const { id } = await app.queue.add(photo(1, "door"), shot());
    flash.unreadable.add(`deed/${id}`);
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
