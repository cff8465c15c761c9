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
} as const;

type Query = Record<string, string | number>;

function at(to: keyof typeof WAYS, query: Query): string {
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return asked ? `${WAYS[to]}?${asked}` : WAYS[to];
}

export function go(to: keyof typeof WAYS, query: Query = {}): void {
  void Taro.navigateTo({ url: at(to, query) });
}

/** On from a page that is only a way to another: the way back skips it. */
export function onward(to: keyof typeof WAYS, query: Query = {}): void {
  void Taro.redirectTo({ url: at(to, query) });
}

/** Instead of this page, without a way back to it. */
export function replace(to: keyof typeof WAYS): void {
  void Taro.reLaunch({ url: WAYS[to] });
}
