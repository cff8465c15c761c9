/** A customer's own words for what he may do, and what he fills in: `api/customer_words.py`, by way of the contract. */

import { OWN_FORMS } from "@/made/customer";
import type { OwnForm } from "@/parts/form";

export type OwnField = OwnForm["fields"][number];
export type Choices = readonly (readonly [code: string, words: string])[];

const CHINA_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
const BACK = 8;
const AHEAD = 15;

const LABELS: Readonly<Record<string, string>> = { reason: "原因", outcome: "结果", category: "哪方面", moment: "哪一天", note: "说明" };
const DAMAGE: Choices = [["package", "包装"], ["exterior", "外观"], ["function", "能不能用"]];
const STATES: Choices = [["intact", "完好"], ["damaged", "有损坏"], ["unknown", "不清楚"]];
const FACT = "delivered"; // a day that has been; any other day that is asked for is yet to come

export function formOf(action: string): OwnForm | undefined {
  return OWN_FORMS[action];
}

export interface Question {
  /** Under which the answer is kept: `field` or `field.part`. */
  name: string;
  label: string;
  required: boolean;
  /** Without any: words. */
  options: Choices;
}

interface Asked {
  code: string;
  text: string;
  options: readonly { code: string; words: string }[];
}

/** What is asked, one choice or text each. `list`: the questions of a return visit. */
export function questionsOf(action: string, now: number, list: readonly Asked[] = []): Question[] {
  return (formOf(action)?.fields ?? []).flatMap((field): Question[] => {
    const { name, required } = field;
    const one = { name, required, label: LABELS[name] ?? name };
    if (field.kind === "choice") return [{ ...one, options: field.options }];
    if (field.kind === "day") return [{ ...one, options: days(action === FACT, now) }];
    if (field.kind === "appraisal") return DAMAGE.map(([part, label]) => ({ name: `${name}.${part}`, required, label, options: STATES }));
    if (field.kind === "answers") {
      return list.map(({ code, text, options }) => ({ name: `${name}.${code}`, required, label: text, options: options.map((given) => [given.code, given.words] as const) }));
    }
    return field.kind === "text" ? [{ ...one, options: [] }] : [];
  });
}

/** The body that is sent: parts gathered, what was not said left out. */
export function bodyOf(action: string, given: Readonly<Record<string, string>>): Record<string, unknown> {
  const said = Object.entries(given).filter(([, value]) => value.trim());
  const found: Record<string, unknown> = {};
  for (const { name, kind } of formOf(action)?.fields ?? []) {
    const parts = said.filter(([key]) => key === name || key.startsWith(`${name}.`)).map(([key, value]) => [key.slice(name.length + 1), value.trim()] as const);
    if (!parts.length) continue;
    if (kind === "appraisal") found[name] = Object.fromEntries(parts);
    else if (kind === "answers") found[name] = parts.map(([question, answer]) => ({ question, answer }));
    else found[name] = parts[0]?.[1];
  }
  return found;
}

/** Days as one says them: noon of each in Shanghai, of today this moment if noon is yet to come. */
function days(past: boolean, now: number): Choices {
  const today = Math.floor((now + CHINA_MS) / DAY_MS);
  const noon = (day: number) => day * DAY_MS + DAY_MS / 2 - CHINA_MS;
  const at = (ago: number) => new Date(past ? Math.min(now, noon(today - ago)) : noon(today + ago)).toISOString();
  const words = (ago: number) => {
    const day = new Date((past ? today - ago : today + ago) * DAY_MS);
    return (past ? ["今天", "昨天", "前天"] : ["今天", "明天", "后天"])[ago] ?? `${day.getUTCMonth() + 1}月${day.getUTCDate()}日`;
  };
  const from = past ? 0 : 1;
  return Array.from({ length: (past ? BACK : AHEAD) - from }, (_, ago) => [at(ago + from), words(ago + from)] as const);
}
