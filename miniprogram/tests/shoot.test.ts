import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Place, Shot } from "@/platform/types";
import { shoot } from "@/shell/shoot";

const told: string[] = [];
const phone = { may: new Set(["photo", "place"]), snap: async (): Promise<Shot[]> => [], fix: async (): Promise<Place | undefined> => HERE };
const HERE: Place = { lng: 121.4, lat: 37.5, datum: "gcj02", accuracy_m: 12, point_source: "device" };
const picture = (at: number): Shot => ({ source: "p", bytes: 1, at, capture: "camera" });

vi.mock("@/platform", () => ({
  platform: {
    place: () => (told.push("place"), phone.fix()),
    photograph: () => (told.push("camera"), phone.snap()),
  },
}));
vi.mock("@/shell/consent", () => ({ consent: async (purpose: string) => phone.may.has(purpose) }));

beforeEach(() => {
  told.length = 0;
  Object.assign(phone, { may: new Set(["photo", "place"]), snap: async () => [picture(Date.now())], fix: async () => HERE });
});

describe("a picture", () => {
  it("has the place that was asked for before the camera opened, and the time that the camera gave", async () => {
    const taken = await shoot();
    expect([told, taken?.place]).toEqual([["place", "camera"], HERE]);
    expect(Math.abs(Date.now() - taken!.at)).toBeLessThan(1000);
  });

  it("taken long after the camera was opened has the place of the shutter", async () => {
    phone.snap = async () => [picture(Date.now() + 61_000)];
    await shoot();
    expect(told).toEqual(["place", "camera", "place"]);
  });

  it("waits three seconds for a place and no longer, for it is not yet written down", async () => {
    phone.fix = () => new Promise(() => {});
    vi.useFakeTimers();
    const taking = shoot();
    await vi.advanceTimersByTimeAsync(3000);
    vi.useRealTimers();
    expect((await taking)?.place).toBeUndefined();
  });

  it("has no place where that was refused, and is not taken where photos were", async () => {
    phone.may = new Set(["photo"]);
    expect([(await shoot())?.place, told]).toEqual([undefined, ["camera"]]);
    phone.may = new Set();
    expect(await shoot()).toBeUndefined();
  });
});
