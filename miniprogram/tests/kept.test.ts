import { expect, it } from "vitest";

import { Kept } from "@/offline";

import { Flash } from "./phone";

const DAY = 24 * 3600 * 1000;

it("what was heard is kept three days, what was filled in and never sent a month", async () => {
  const flash = new Flash();
  let now = 0;
  const kept = new Kept(flash.boot().records, () => now);
  await kept.hear("b1", "/api/v1/jobs/7", { address: "" });
  await kept.write("b1", "serials/7", ["A-123"]);
  now = 4 * DAY;
  await kept.tidy();
  expect([...flash.texts.keys()]).toEqual(["draft/b1/serials/7"]);
  expect(await kept.draft("b1", "serials/7")).toEqual(["A-123"]);
  now = 31 * DAY;
  await kept.tidy();
  expect(flash.texts.size).toBe(0);
});
