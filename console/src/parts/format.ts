/** Money in fen and times in UTC, as people in China read them. */
const yuan = new Intl.NumberFormat("zh-CN", { style: "currency", currency: "CNY" });
const moment = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false,
});
const calendar = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit" });
const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });

const NOTHING = "—";

export const money = (fen: number | null | undefined): string => (fen == null ? NOTHING : yuan.format(fen / 100).replace("-", "−"));

export const time = (at: string | null | undefined): string => (at ? moment.format(new Date(at)).replaceAll("/", "-") : NOTHING);

export const day = (at: string | null | undefined): string => (at ? calendar.format(new Date(at)).replaceAll("/", "-") : NOTHING);

/** One appointment: the day once, both hours. */
export function span(from: string | null | undefined, until: string | null | undefined): string {
  if (!from || !until) return NOTHING;
  return `${time(from)}–${day(from) === day(until) ? clock.format(new Date(until)) : time(until)}`;
}

export const share = (bp: number | null | undefined): string => (bp == null ? NOTHING : `${(bp / 100).toFixed(1)} %`);

/** How long, in the two units that matter: 200 minutes are 3 小时 20 分. */
export function lasting(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} 天${hours % 24 ? ` ${hours % 24} 小时` : ""}`;
  if (hours > 0) return `${hours} 小时${minutes % 60 ? ` ${minutes % 60} 分` : ""}`;
  return minutes > 0 ? `${minutes} 分钟` : "不到 1 分钟";
}

export const metres = (m: number | null | undefined): string =>
  m == null ? NOTHING : m < 1000 ? `${m} 米` : `${(m / 1000).toFixed(1)} 公里`;

/** `2026-12-01` → `2026-12`: a month is kept by its first day. */
export const monthOf = (day: string | null | undefined): string => day?.slice(0, 7) ?? NOTHING;
