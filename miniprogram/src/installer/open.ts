import type { Schemas } from "@/api";
import type { Waiting } from "@/offline";

type Charge = Schemas["ChargeCard"];

/** What was added here and is not yet known to the server. */
export function added(waiting: readonly Waiting[]): Waiting[] {
  return waiting.filter(({ deed, state }) => deed.action === "add_charge" && state !== "refused" && state !== "foreign");
}

/** Each charge that bars handing in, in words; with what is on its way counted as arrived. */
export function unsettled(charges: readonly Charge[], waiting: readonly Waiting[], name: (code: unknown) => string): string[] {
  const under = (charge: Charge, action: string) =>
    waiting.some(({ deed, state }) => state !== "refused" && deed.action === action && deed.address.includes(`/charges/${charge.id}/`));
  const open = charges.flatMap((charge) => {
    if (under(charge, "withdraw_charge") || under(charge, "settle_charge")) return [];
    if (charge.status === "proposed") return [under(charge, "approve_charge") ? `${charge.name}：请先收款` : `${charge.name}：客户还没有同意`];
    return charge.status === "approved" && !charge.settled ? [`${charge.name}：${charge.collected_by === "brand" ? "客户还没有付款" : "还没有收款"}`] : [];
  });
  return [...open, ...added(waiting).map(({ deed }) => `${name(deed.body.item)}：还没送达，客户还没有同意`)];
}
