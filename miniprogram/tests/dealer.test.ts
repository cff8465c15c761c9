import { describe, expect, it } from "vitest";

import { toSign } from "@/dealer/agreements";
import { monthsOf, nextDays, plan } from "@/dealer/days";
import { fenOf, markets } from "@/dealer/markets";
import { isOver, monthName } from "@/dealer/months";
import { byNeed, standing } from "@/dealer/needs";
import { doors, full, type Offer } from "@/dealer/offers";

const MONDAY = Date.parse("2026-03-02T02:00:00Z");
const offer = (id: number, together: number[], more = {}) => ({ id, together, capacity_left: 3, earliest: "2026-03-03", ...more }) as unknown as Offer;

describe("offers", () => {
  it("at one door stand together, in the order in which the first of each came", () => {
    const found = doors([offer(1, [3]), offer(2, []), offer(3, [1])]);
    expect(found.map((group) => group.map((one) => one.id))).toEqual([[1, 3], [2]]);
  });

  it("are beyond capacity only where there is a limit and no day has room", () => {
    expect([full(offer(1, [])), full(offer(1, [], { earliest: null })), full(offer(1, [], { earliest: null, capacity_left: null }))]).toEqual([false, true, false]);
  });
});

describe("two weeks", () => {
  it("begin today in Shanghai and may lie in two months", () => {
    const days = nextDays(Date.parse("2026-03-24T17:00:00Z")); // the 25th, 01:00
    expect([days.length, days[0], days[13], ...monthsOf(days)]).toEqual([14, "2026-03-25", "2026-04-07", "2026-03-01", "2026-04-01"]);
    expect(monthsOf(nextDays(MONDAY))).toEqual(["2026-03-01", undefined]);
  });

  it("take a day's own figure, then that of sales, then the usual one", () => {
    const line = (units: number, day: string | null, promotion = false) => ({ category_code: "x", day, units, promotion });
    const days = ["2026-03-02", "2026-03-03", "2026-03-04"];
    const sales = new Map([["2026-03-03", "女王节"]]);
    const found = plan(days, [line(8, null), line(12, null, true), line(0, "2026-03-04")], new Map([["2026-03-02", 5]]), sales);
    expect(found.map(({ units, taken, sale }) => [units, taken, sale])).toEqual([[8, 5, undefined], [12, 0, "女王节"], [0, 0, undefined]]);
    expect(found[0]?.name).toBe("今天");
    expect(plan(days, [], new Map(), sales).map(({ units }) => units)).toEqual([undefined, undefined, undefined]);
  });
});

describe("an agreement", () => {
  const version = (number: number, from: string, signed_at: string | null) => ({ version: number, effective_from: from, signed_at }) as never;

  it("waits for a newcomer's word in force only, for a member's also before", () => {
    const known = [version(3, "2026-04-01", null), version(2, "2026-01-01", null), version(1, "2025-01-01", null)];
    expect(toSign(known, false, MONDAY)?.version).toBe(2);
    expect(toSign(known, true, MONDAY)?.version).toBe(3);
  });

  it("that was replaced is never signed", () => {
    expect(toSign([version(2, "2026-01-01", "2026-01-05T00:00:00Z"), version(1, "2025-01-01", null)], true, MONDAY)).toBeUndefined();
  });
});

describe("money typed", () => {
  it("is whole fen", () => {
    expect(["0.29", "1,234.5", "１", "12.345", "", "10"].map(fenOf)).toEqual([29, 123_450, undefined, undefined, undefined, 1000]);
  });
});

describe("months, markets, needs", () => {
  it("a month that runs is not over", () => {
    expect([monthName("2026-03-01"), isOver("2026-02-01", MONDAY), isOver("2026-03-01", MONDAY)]).toEqual(["2026 年 3 月", true, false]);
  });

  it("a division is named once, and not where nobody goes", () => {
    const line = (division_code: string, zone: string) => ({ division_code, division_name: `区${division_code}`, zone }) as never;
    expect(markets([line("2", "free"), line("1", "remote"), line("2", "free"), line("3", "none")])).toEqual([["1", "区1"], ["2", "区2"]]);
  });

  it("danger comes first, then silence, then age", () => {
    const complaint = (id: number, category: string, first_reply_at: string | null) => ({ id, category, first_reply_at }) as never;
    const found = byNeed([complaint(1, "charge", "x"), complaint(2, "charge", null), complaint(3, "safety", "x"), complaint(4, "damage", null)]);
    expect(found.map(({ id }) => id)).toEqual([3, 2, 4, 1]);
  });

  it("a certificate is good on its last day", () => {
    expect(["2026-03-01", "2026-03-02", "2026-04-01", "2026-04-02"].map((day) => standing(day, MONDAY))).toEqual(["over", "soon", "soon", "good"]);
  });
});
