import { describe, expect, it } from "vitest";

import { NOTICES } from "@/made/words";
import { invitationIn, sceneIn } from "@/pages/claim/scene";
import { lead, LEADS } from "@/shell/leads";

describe("a notice", () => {
  it("leads to its job, or where its kind leads this reader, or says all there is", () => {
    expect(lead({ template: "job_assigned", job_id: 7 }, "installer")).toEqual({ to: "job", id: 7 });
    expect(lead({ template: "earnings_paid", job_id: null }, "installer")).toEqual({ to: "earnings" });
    expect(lead({ template: "earnings_paid", job_id: null }, "dispatcher")).toBeUndefined();
    expect(lead({ template: "rebound", job_id: null }, "customer")).toEqual({ to: "devices" });
  });

  it("is led by the contract's own kinds only", () => {
    expect(Object.keys(LEADS).filter((kind) => !(kind in NOTICES))).toEqual([]);
  });
});

describe("a code", () => {
  it("is an invitation or a link, whether the page was opened by it or a camera read it", () => {
    const read = (text: string) => invitationIn(sceneIn(text) ?? "");
    for (const text of ["K7Q2M-0VX9T-4HZ3B-8WCEN", "pages/claim/index?scene=K7Q2M-0VX9T-4HZ3B-8WCEN", "K7Q2M%2D0VX9T%2D4HZ3B%2D8WCEN"]) {
      expect(read(text)).toBe("K7Q2M-0VX9T-4HZ3B-8WCEN");
    }
    expect(sceneIn("ZkS0a1b2c3d4e5f6g7h8i9")).toBe("ZkS0a1b2c3d4e5f6g7h8i9");
    expect(read("ZkS0a1b2c3d4e5f6g7h8i9")).toBeUndefined();
    expect([sceneIn(undefined), sceneIn("https://example.com/?a=1"), sceneIn("%E0%A4%A")]).toEqual([undefined, undefined, undefined]);
  });
});
