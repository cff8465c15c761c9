/** Where things stand, in one table: pages are reached by these, links and QR codes lead to them. */

import Taro from "@tarojs/taro";

export const WAYS = {
  home: "/pages/start/index",
  job: "/pages/job/index",
  inbox: "/pages/inbox/index",
  claim: "/pages/claim/index",
  waiting: "/pages/waiting/index",
  earnings: "/pages/earnings/index",
  late: "/pages/late/index",
  promise: "/pages/promise/index",
  me: "/pages/me/index",
  privacy: "/pages/privacy/index",
  devices: "/pages/devices/index",
  dealer: "/dealer/start/index",
  dealerJobs: "/dealer/jobs/index",
  dealerJob: "/dealer/job/index",
  dealerOffers: "/dealer/offers/index",
  dealerLate: "/dealer/late/index",
  dealerComplaints: "/dealer/complaints/index",
  dealerComplaint: "/dealer/complaint/index",
  dealerCapacity: "/dealer/capacity/index",
  dealerPeople: "/dealer/people/index",
  dealerInvite: "/dealer/invite/index",
  dealerStatements: "/dealer/statements/index",
  dealerStatement: "/dealer/statement/index",
  dealerPenalties: "/dealer/penalties/index",
  dealerAlliance: "/dealer/alliance/index",
  dealerAgreement: "/dealer/agreement/index",
  dealerDeclare: "/dealer/declare/index",
} as const;

export type Way = keyof typeof WAYS;
type Query = Record<string, string | number>;

function at(to: Way, query: Query): string {
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return asked ? `${WAYS[to]}?${asked}` : WAYS[to];
}

export function go(to: Way, query: Query = {}): void {
  void Taro.navigateTo({ url: at(to, query) });
}

/** On from a page that is only a way to another: the way back skips it. */
export function onward(to: Way, query: Query = {}): void {
  void Taro.redirectTo({ url: at(to, query) });
}

/** Instead of this page, without a way back to it. */
export function replace(to: Way): void {
  void Taro.reLaunch({ url: WAYS[to] });
}
