import { describe, expect, it } from "vitest";

import type { Schemas } from "@/api";
import { unsettled } from "@/installer/open";
import type { Waiting } from "@/offline";

const charge = (more: object) => ({ id: 7, name: "打孔", status: "proposed", settled: false, collected_by: "installer", ...more }) as Schemas["ChargeCard"];
const waits = (action: string, address: string, state = "waiting") =>
  [{ deed: { action, address, body: { item: "hole" } }, state }] as unknown as Waiting[];
const said = (charges: Schemas["ChargeCard"][], waiting: Waiting[] = []) => unsettled(charges, waiting, () => "打孔");

describe("what bars handing in", () => {
  it("is every extra that still waits for the customer, or for money", () => {
    expect(said([charge({}), charge({ status: "approved" }), charge({ status: "approved", collected_by: "brand" })])).toEqual([
      "打孔：客户还没有同意", "打孔：还没有收款", "打孔：客户还没有付款",
    ]);
    expect(said([charge({ status: "refused" }), charge({ status: "approved", settled: true })])).toEqual([]);
  });

  it("is also one that was added here and has not arrived, unless it was refused", () => {
    expect(said([], waits("add_charge", "/api/v1/jobs/1/charges"))).toEqual(["打孔：还没送达，客户还没有同意"]);
    expect(said([], waits("add_charge", "/api/v1/jobs/1/charges", "refused"))).toEqual([]);
  });

  it("is nothing more about a charge whose end is on its way", () => {
    expect(said([charge({})], waits("withdraw_charge", "/api/v1/jobs/1/charges/7/withdraw"))).toEqual([]);
    expect(said([charge({ id: 77 })], waits("withdraw_charge", "/api/v1/jobs/1/charges/7/withdraw"))).toHaveLength(1);
  });
});
