/** Serial numbers as `domain/serials.py` reads them, so that a wrong one is seen at the nameplate and not after the way home. */

const ANY = /^[0-9A-Za-z][0-9A-Za-z-]{4,39}$/;
const PARTS: Readonly<Record<string, string>> = { "#": "[0-9]", "@": "[A-Z]", "?": "[0-9A-Z]", "*": "[0-9A-Z-]*" };
const SHOWN: Readonly<Record<string, string>> = { "#": "5", "@": "K", "?": "8", "*": "" };

/** As it is kept and compared: " tz26-a1 " → "TZ26-A1". */
export function normal(text: string): string {
  return text.trim().toUpperCase();
}

/** What is wrong with it, in words; undefined: nothing. `TZ##-???|88####`: # a digit, @ a letter, ? either, * any end. */
export function fault(text: string, pattern: string | null | undefined): string | undefined {
  const serial = normal(text);
  if (!ANY.test(serial)) return "只能有字母、数字和横杠，5 到 40 位。请对着铭牌再看一眼";
  if (!pattern || forms(pattern).some((form) => form.test(serial))) return undefined;
  return `不像这一款的序列号，应该像 ${examples(pattern).join(" 或 ")}。请对着铭牌再看一眼`;
}

/** TZ##-@??|88#### → ["TZ55-K88", "885555"] */
export function examples(pattern: string): string[] {
  return pattern.split("|").map((form) => [...form].map((sign) => SHOWN[sign] ?? sign.toUpperCase()).join(""));
}

/** The number in what a code says: some hold an address around it. */
export function read(code: string, pattern: string | null | undefined): string {
  if (!fault(code, pattern)) return normal(code);
  const pieces = code.split(/[^0-9A-Za-z-]+/);
  const fitting = pattern ? pieces.find((piece) => !fault(piece, pattern)) : undefined;
  return fitting ? normal(fitting) : code.trim();
}

function forms(pattern: string): RegExp[] {
  return pattern.split("|").map((form) => new RegExp(`^${[...form].map((sign) => PARTS[sign] ?? sign.toUpperCase()).join("")}$`));
}
