// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { JobPage } from "@/api";
import { CheckIn } from "@/installer/CheckIn";
import { Extras } from "@/installer/Extras";
import type { Waiting } from "@/offline";

const phone = vi.hoisted(() => ({ waiting: [] as unknown[], acted: [] as unknown[] }));

vi.mock("@tarojs/taro", () => ({ default: {} }));
vi.mock("@/platform", () => ({ platform: { place: async () => undefined } }));
vi.mock("@/shell", () => {
  const charges = [{ id: 7, item: "hole", name: "开孔", text: "1 个", status: "approved", status_name: "已同意", settled: false, collected_by: "installer", amount_fen: 5000 }];
  const items = [{ code: "hole", name: "开孔", unit: "个", price_fen: 5000 }];
  return {
    askForMessages: async () => {},
    consent: async () => true,
    shoot: async () => ({}),
    useRead: (path: string) => ({ data: { charges, items }, path }),
    useWaiting: () => phone.waiting,
    useDeeds: () => ({ act: async (...deed: unknown[]) => void phone.acted.push(deed), photograph: async () => ({ id: "picture" }) }),
  };
});

const JOB = {
  id: 1, available_actions: ["add_charge", "settle_charge", "withdraw_charge"], slots: [{ code: "door", phase: "before" }],
} as unknown as JobPage;

function waits(action: string, address: string, body = {}, state: Waiting["state"] = "waiting") {
  phone.waiting = [{ deed: { id: "d", job: 1, action, address, body }, state, percent: 0, tries: 0 }];
}

beforeEach(() => {
  phone.waiting = [];
  phone.acted = [];
});
afterEach(cleanup);

describe("extras", () => {
  it("show what was added and has not arrived", () => {
    waits("add_charge", "/api/v1/jobs/1/charges", { item: "hole", quantity: 2, collected_by: "dealer" });
    render(<Extras job={JOB} />);
    expect(screen.getByText("开孔 × 2")).toBeTruthy();
    expect(screen.getByText("待发送")).toBeTruthy();
  });

  it("offer nothing for a charge while something about it waits", () => {
    render(<Extras job={JOB} />);
    expect(screen.queryByText(/已收到/)).toBeTruthy();
    cleanup();
    waits("settle_charge", "/api/v1/jobs/1/charges/7/settle");
    render(<Extras job={JOB} />);
    expect([screen.queryByText(/已收到/), screen.queryByText("不收这一项了")]).toEqual([null, null]);
    cleanup();
    waits("settle_charge", "/api/v1/jobs/1/charges/77/settle");
    render(<Extras job={JOB} />);
    expect(screen.queryByText(/已收到/)).toBeTruthy();
  });
});

describe("a check-in", () => {
  it("with a reason waits for the photo that the server will ask for", async () => {
    render(<CheckIn job={JOB} />);
    fireEvent.click(screen.getByText("我到了，签到"));
    const sign = await screen.findByText("签到", { selector: "#check-in-now" });
    expect(sign.hasAttribute("disabled")).toBe(false);
    fireEvent.click(screen.getByText("定位漂移"));
    expect(sign.hasAttribute("disabled")).toBe(true);
    fireEvent.click(screen.getByText("拍现场照片"));
    await screen.findByText("已拍现场照片");
    fireEvent.click(sign);
    await vi.waitFor(() => expect(phone.acted).toHaveLength(1));
    expect(phone.acted[0]).toEqual(["check_in", { reason: "gps_drift" }, { photo_id: "picture" }]);
  });
});
