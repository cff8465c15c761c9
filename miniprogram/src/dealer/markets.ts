import type { Schemas } from "@/api";

/** Divisions in which a dealer sells, each once. */
export function markets(lines: readonly Schemas["CoverageLine"][]): (readonly [code: string, name: string])[] {
  const named = new Map(lines.filter((line) => line.zone !== "none").map((line) => [line.division_code, line.division_name]));
  return [...named].sort(([a], [b]) => a.localeCompare(b));
}

/** "1,234.5" yuan → 123450 fen; undefined: no amount. Without floats: 0.29 yuan is 29 fen. */
export function fenOf(text: string): number | undefined {
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text.replace(/[,，\s]/g, ""));
  if (!found) return undefined;
  return Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}
