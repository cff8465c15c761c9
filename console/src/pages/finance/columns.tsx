import { money } from "@/parts/format";

/** Columns that many tables of money have alike. */
export const FEN = { align: "right" as const, className: "numbers", render: money };
export const COUNT = { align: "right" as const, className: "numbers" };
/** Long words stay inside their column. */
export const WORDS = { render: (words: string | null) => <div className="words">{words}</div> };
