/** Money is fen until here, times are UTC until here. */

const CHINA_MS = 8 * 3600 * 1000; // Shanghai has had no other offset since 1991

/** 680 → ¥6.80, 1500000 → ¥15,000.00 */
export function yuan(fen: number): string {
  const whole = Math.floor(Math.abs(fen) / 100);
  const cents = String(Math.abs(fen) % 100).padStart(2, "0");
  return `${fen < 0 ? "−" : ""}¥${String(whole).replace(/\B(?=(\d{3})+$)/g, ",")}.${cents}`;
}

interface Local {
  day: string;
  month: number;
  date: number;
  weekday: number;
  time: string;
}

/** As a clock in Shanghai shows it, whatever this phone's zone. */
export function local(moment: string | number | Date): Local {
  const at = new Date(new Date(moment).getTime() + CHINA_MS);
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    day: at.toISOString().slice(0, 10),
    month: at.getUTCMonth() + 1,
    date: at.getUTCDate(),
    weekday: at.getUTCDay(),
    time: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`,
  };
}

/** 今天 14:05, 明天 09:00, 周三 3月4日 14:05 */
export function when(moment: string | number | Date, now: number): string {
  return `${dayOf(moment, now)} ${local(moment).time}`;
}

/** 今天, 周三 3月4日 */
export function dayOf(moment: string | number | Date, now: number): string {
  const at = local(moment);
  const days = Math.round((Date.parse(at.day) - Date.parse(local(now).day)) / 86_400_000);
  const near = { "-1": "昨天", 0: "今天", 1: "明天" }[days];
  return near ?? `周${"日一二三四五六"[at.weekday]} ${at.month}月${at.date}日`;
}

/** 今天 14:00–16:00 */
export function span(start: string, end: string, now: number): string {
  return `${when(start, now)}–${local(end).time}`;
}

/** What is left: 2 小时 5 分, 59 秒; past it: 已过 3 分. */
export function left(until: string | number, now: number): string {
  const seconds = Math.round((new Date(until).getTime() - now) / 1000);
  const size = Math.abs(seconds);
  const [days, hours, minutes] = [Math.floor(size / 86_400), Math.floor(size / 3600) % 24, Math.floor(size / 60) % 60];
  const text =
    days ? `${days} 天 ${hours} 小时` : hours ? `${hours} 小时 ${minutes} 分` : minutes ? `${minutes} 分` : `${size} 秒`;
  return seconds < 0 ? `已过 ${text}` : text;
}

/** 850 米, 12.3 公里 */
export function metres(value: number): string {
  return value < 1000 ? `${Math.round(value)} 米` : `${(value / 1000).toFixed(1)} 公里`;
}
