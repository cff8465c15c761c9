/** Where the lines and doors of a dealer's first page lead. */

import type { Me, Way } from "@/shell";

type Query = Record<string, string | number>;

/** By the kinds of `GET /desk`; one that is new leads to the jobs. */
export const WAY_TO: Readonly<Record<string, readonly [Way, Query]>> = {
  offers: ["dealerOffers", {}],
  urges: ["dealerJobs", { show: "urged" }],
  late: ["dealerLate", {}],
  arrange: ["dealerJobs", { show: "accepted" }],
  complaints: ["dealerComplaints", {}],
  explain: ["dealerLate", {}],
  statements: ["dealerStatements", {}],
  penalties: ["dealerPenalties", {}],
  certificates: ["dealerPeople", {}],
  agreement: ["dealerAlliance", {}],
  people: ["dealerPeople", {}],
  transfers: ["dealerStatements", {}],
};

const DESK: readonly (readonly [Way, string])[] = [
  ["dealerOffers", "派单"], ["dealerJobs", "工单"], ["dealerLate", "时效"], ["dealerComplaints", "投诉"], ["dealerCapacity", "产能"],
  ["dealerPeople", "人员"],
];
const OWNERS: readonly (readonly [Way, string])[] = [
  ["dealerStatements", "结算单"], ["dealerPenalties", "处罚"], ["dealerAlliance", "联盟奖励"],
];

/** Money and membership are the owner's. */
export const owns = (me: Me): boolean => me.role === "dealer_owner";

export const doorsOf = (me: Me): readonly (readonly [Way, string])[] => (owns(me) ? [...DESK, ...OWNERS] : DESK);
