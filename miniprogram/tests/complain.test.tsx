// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Complain } from "@/customer/Complain";
import { Photo } from "@/parts";
import { Unheard } from "@/platform/types";

const phone = vi.hoisted(() => ({ complaints: [] as unknown[], shown: [] as unknown[], deaf: false }));

vi.mock("@tarojs/taro", () => ({ default: {} }));
vi.mock("@/platform", () => ({
  platform: { photograph: async () => [{ source: "p", bytes: 1, at: 1, capture: "camera" }], preview: () => "p" },
}));
vi.mock("@/shell", () => ({
  consent: async () => true,
  doNow: async (...said: unknown[]) => void phone.complaints.push(said),
  api: {
    get: async () => {
      if (phone.deaf) throw new Unheard();
      return { complaints: [{ id: 3 }, { id: 4 }] };
    },
  },
  queue: { add: async ({ address }: { address: string }) => void phone.shown.push(address) },
}));

beforeEach(() => Object.assign(phone, { complaints: [], shown: [], deaf: false }));
afterEach(cleanup);

it("a complaint that was received is not made again while its pictures wait, and they are not lost", async () => {
  const [closed, read] = [vi.fn(), vi.fn(async () => {})];
  render(<Complain job={7} onClose={closed} done={read} about={{ category: "damage" }} />);
  fireEvent.click(screen.getByText("拍照"));
  await screen.findByText("删除");
  phone.deaf = true;
  fireEvent.click(screen.getByText("提交投诉"));
  await screen.findByText("投诉已收到");
  expect([phone.complaints.length, phone.shown.length, closed.mock.calls.length]).toEqual([1, 0, 0]);
  await vi.waitFor(() => expect(screen.getByText("把照片加上").hasAttribute("disabled")).toBe(false));
  phone.deaf = false;
  fireEvent.click(screen.getByText("把照片加上"));
  await vi.waitFor(() => expect(read).toHaveBeenCalled());
  expect([phone.complaints.length, phone.shown, closed.mock.calls.length]).toEqual([1, ["/api/v1/jobs/7/complaints/4/photos"], 1]);
});

it("a picture that could not be seen bars no other in its place", () => {
  const { rerender } = render(<Photo src="gone" label="墙" />);
  fireEvent.error(screen.getByRole("img"));
  expect(screen.queryByText("现在看不到墙")).toBeTruthy();
  rerender(<Photo src="here" label="墙" />);
  expect(screen.queryByRole("img")).toBeTruthy();
});
