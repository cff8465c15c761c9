/** A sheet made of what the contract says an action asks for. */

import { View } from "@tarojs/components";
import { useState } from "react";

import { FORMS } from "@/made/forms";
import { Button, Choice, Field, Sheet, tell, type FormField } from "@/parts";

const NAMES: Readonly<Record<string, string>> = {
  reason: "原因", outcome: "之后", category: "哪方面", note: "想说的话", next_contact_at: "什么时候再联系", moment: "哪一天",
  fault: "谁的原因", beyond_capacity: "已约满，仍要接", code: "验收码",
};
const CODES: Readonly<Record<string, string>> = {
  suspended: "另约时间", cancelled: "不装了", done: "已装好", failed: "没装成", dealer: "网点", goods: "商品", logistics: "物流",
  brand: "品牌", customer: "客户",
};
// What somebody standing at a door says: no calendar.
const LATER: readonly (readonly [string, string])[] = [["1", "一小时后"], ["4", "四小时后"], ["24", "明天"], ["72", "三天后"], ["168", "一周后"]];
const DRAWN = new Set(["choice", "text", "moment", "yes"]);
// Of two next steps the server wants one; a sheet draws this one.
const INSTEAD: Readonly<Record<string, string>> = { suspend: "next_contact_at" };

interface Props {
  action: string;
  title?: string;
  /** What the page knows already. */
  given?: Record<string, unknown>;
  onClose: () => void;
  send: (body: Record<string, unknown>) => Promise<unknown>;
}

/** Whether a sheet can ask everything that must be told, given what the page knows. */
function askable(action: string, given: Record<string, unknown> = {}): boolean {
  const form = FORMS[action];
  return Boolean(form?.fields.every((field) => !field.required || field.name in given || DRAWN.has(field.kind)));
}

export function Ask({ action, title, given = {}, onClose, send }: Props) {
  const [values, setValues] = useState<Record<string, string>>({});
  const form = FORMS[action];
  if (!form) return null;
  const fields = form.fields
    .filter((field) => !(field.name in given) && DRAWN.has(field.kind))
    .map((field) => (field.name === INSTEAD[action] ? { ...field, required: true } : field));
  const lacks = fields.filter((field) => field.required && !values[field.name]);
  const done = async () => {
    if (lacks.length) return tell.failed(`还没有填：${lacks.map((field) => NAMES[field.name] ?? field.name).join("、")}`);
    await send({ ...given, ...Object.fromEntries(fields.flatMap((field) => told(field, values[field.name]))) });
    onClose();
  };
  return (
    <Sheet
      title={title ?? form.name}
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id={`do-${action}`} onPress={done}>确定</Button>
          <Button onPress={onClose}>返回</Button>
        </>
      }
    >
      {fields.map((field) => (
        <One key={field.name} field={field} value={values[field.name]} onChange={(value) => setValues({ ...values, [field.name]: value })} />
      ))}
    </Sheet>
  );
}

function One({ field, value, onChange }: { field: FormField; value: string | undefined; onChange: (value: string) => void }) {
  const label = NAMES[field.name] ?? field.name;
  if (field.kind === "text") return <Field id={`ask-${field.name}`} label={label + (field.required ? "" : "（可不填）")} value={value ?? ""} onChange={onChange} long />;
  if (field.kind === "moment") return <Choice label={label} options={LATER} value={value} onChange={onChange} />;
  if (field.kind === "yes") return <Choice label={label} options={[["yes", "是"], ["no", "否"]]} value={value} onChange={onChange} />;
  const options = (field.options ?? []).map(([code, name]) => [code, name || (CODES[code] ?? code)] as const);
  return <Choice label={label} options={options} value={value} onChange={onChange} />;
}

function told({ name, kind }: FormField, value: string | undefined): [string, unknown][] {
  if (!value?.trim()) return [];
  if (kind === "moment") return [[name, new Date(Date.now() + Number(value) * 3_600_000).toISOString()]];
  return [[name, kind === "yes" ? value === "yes" : value.trim()]];
}

interface OthersProps {
  /** Actions that the page offers by itself. */
  without: readonly string[];
  may: readonly string[];
  send: (action: string, body: Record<string, unknown>) => Promise<unknown>;
  /** Actions for which the page has a sheet of its own, by the words that its people use. */
  own?: Readonly<Record<string, { name: string; open: () => void }>>;
}

/** Whatever else may be done now, folded away until somebody looks for it. */
export function Others({ without, may, send, own = {} }: OthersProps) {
  const [open, setOpen] = useState(false);
  const [action, setAction] = useState<string>();
  const rest = [...Object.keys(own).filter((one) => may.includes(one)), ...may.filter((one) => !(one in own) && !without.includes(one) && askable(one))];
  if (rest.length === 0) return null;
  return (
    <View>
      <Button kind="plain" id="others" onPress={() => setOpen(true)}>遇到问题，或想做别的</Button>
      <Sheet title="要做什么？" open={open} onClose={() => setOpen(false)} ways={<Button kind="plain" onPress={() => setOpen(false)}>返回</Button>}>
        <View className="tz-stack">
          {rest.map((one) => (
            <Button key={one} id={`other-${one}`} onPress={() => (setOpen(false), own[one] ? own[one].open() : setAction(one))}>
              {own[one]?.name ?? FORMS[one]?.name}
            </Button>
          ))}
        </View>
      </Sheet>
      {action && <Ask action={action} onClose={() => setAction(undefined)} send={(body) => send(action, body)} />}
    </View>
  );
}
