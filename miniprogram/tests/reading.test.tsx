// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { useRead } from "@/shell/reading";

const phone = vi.hoisted(() => ({ owner: "b1", kept: [] as unknown[], asked: [] as ((answer: unknown) => void)[] }));

vi.mock("@tarojs/taro", () => ({ useDidShow: () => {} }));
vi.mock("@/shell/who", () => ({ owner: () => phone.owner }));
vi.mock("@/shell/phone", () => ({
  onArrival: () => () => {},
  api: { answer: () => new Promise((resolve) => phone.asked.push(resolve)) },
  kept: {
    heard: async () => undefined,
    hear: async (...what: unknown[]) => {
      phone.kept.push(what);
      throw new Error("full");
    },
  },
}));

it("an answer is shown on a full phone too, and kept for nobody who is not here any more", async () => {
  const { result } = renderHook(() => useRead("/api/v1/me/day"));
  await vi.waitFor(() => expect(phone.asked).toHaveLength(1));
  phone.asked[0]?.({ day: "2026-03-02" });
  await vi.waitFor(() => expect(phone.kept).toHaveLength(1));
  expect([result.current.data, result.current.old, result.current.failed]).toEqual([{ day: "2026-03-02" }, false, undefined]);
  const again = result.current.again();
  await vi.waitFor(() => expect(phone.asked).toHaveLength(2));
  phone.owner = "guest";
  phone.asked[1]?.({ day: "2026-03-03" });
  await again;
  expect(phone.kept).toHaveLength(1);
});
