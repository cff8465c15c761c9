import type { Schemas } from "@/api/client";
import { BASE_FEES, CLOCK_ENDS, CLOCKS, COMPLAINTS, options, SCHEMES, type Words, ZONES } from "@/app/words";

export type Body = Schemas["RuleBody"];

export interface Column {
  name: string;
  title: string;
  kind: "money" | "metres" | "number" | "choice";
  options?: { value: string; label: string }[];
  free?: boolean;
}

export interface RuleTable {
  name: "base" | "remote" | "timeliness" | "rating" | "complaints" | "promotion";
  title: string;
  columns: Column[];
}

const DISTANCES: Words = { straight: "直线", road: "道路" };
const ROUNDINGS: Words = { half_up: "四舍五入", up: "进位", down: "舍去" };
const TIMED = ["accept", "contact", "book", "arrive", "finish", "supplement", "urge_reply"];

const any = (words: Words, word: string) => [{ value: "*", label: word }, ...options(words)];
const fen = (title: string, name = "fen", free = false): Column => ({ name, title, kind: "money", free });
const metres = (title: string, name: string, free = false): Column => ({ name, title, kind: "metres", free });
const choice = (title: string, name: string, from: { value: string; label: string }[]): Column => ({ name, title, kind: "choice", options: from });

/** The tables of a version of the rules, in the order they are read. */
export function tablesOf(rule: Body): RuleTable[] {
  const categories = Object.fromEntries(rule.categories.map(({ code, name }) => [code, name]));
  const clocks = options(CLOCKS).filter(({ value }) => TIMED.includes(value));
  return [
    {
      name: "base",
      title: "基础费（每台）",
      columns: [choice("品类", "category", options(categories)), choice("区域", "zone", options(ZONES)), choice("类型", "kind", any(BASE_FEES, "全部类型")), choice("合作方式", "scheme", options(SCHEMES)), fen("费用")],
    },
    {
      name: "remote",
      title: "远程费",
      columns: [
        choice("品类", "category", any(categories, "全部品类")),
        choice("区域", "zone", options(ZONES)),
        choice("里程", "distance", options(DISTANCES)),
        metres("免费里程", "free_m"),
        fen("每公里", "per_km_fen"),
        metres("按多少公里计", "km_step_m"),
        choice("取整", "km_rounding", options(ROUNDINGS)),
        metres("固定费至", "flat_within_m", true),
        fen("固定费", "flat_fen", true),
        fen("封顶", "cap_fen", true),
        fen("最低", "least_fen", true),
        metres("超过须协商", "negotiated_beyond_m", true),
      ],
    },
    { name: "timeliness", title: "时效奖励与扣款", columns: [choice("时效", "clock", clocks), choice("结果", "level", options(CLOCK_ENDS)), fen("金额")] },
    { name: "rating", title: "好评奖励", columns: [{ name: "overall", title: "星级", kind: "number" }, fen("金额")] },
    { name: "complaints", title: "投诉扣款", columns: [choice("类别", "about", any(COMPLAINTS, "全部类别")), fen("金额")] },
    { name: "promotion", title: "大促补贴", columns: [choice("品类", "category", any(categories, "全部品类")), fen("金额")] },
  ];
}

/** What the contract takes when a row leaves it out. */
export const DEFAULTS: Readonly<Record<string, string | number>> = { km_step_m: 100, kind: "*", category: "*", about: "*", scheme: "share", distance: "straight", km_rounding: "half_up" };
