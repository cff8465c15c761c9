/** Where things stand, in one table: pages are reached by these, links and QR codes lead to them. */

import Taro from "@tarojs/taro";

export const WAYS = {
  home: "/pages/start/index",
  job: "/pages/job/index",
  inbox: "/pages/inbox/index",
  claim: "/pages/claim/index",
  waiting: "/pages/waiting/index",
  earnings: "/pages/earnings/index",
  me: "/pages/me/index",
  dealer: "/dealer/start/index",
} as const;

export function go(to: keyof typeof WAYS, query: Record<string, string | number> = {}): void {
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  void Taro.navigateTo({ url: asked ? `${WAYS[to]}?${asked}` : WAYS[to] });
}

/** Instead of this page, without a way back to it. */
export function replace(to: keyof typeof WAYS): void {
  void Taro.reLaunch({ url: WAYS[to] });
}
