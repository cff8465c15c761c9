import { Collapse, InputNumber, Select } from "antd";
import type { Dayjs } from "dayjs";

import type { Schemas } from "@/api/client";
import { dayOf, DayField, MoneyField, NumberField, ShareField } from "@/parts/fields";
import { type RowColumn, RowsField, scaled } from "@/parts/RowsField";
import { type Body, type Column, DEFAULTS, tablesOf } from "./ruleTables";

type Rule = Schemas["RuleLine"];

/** A version's tables to be changed row by row. */
export function RuleFields({ rule }: { rule: Rule }) {
  return (
    <>
      <div className="three">
        <DayField name="effective_from" label="生效日期" />
        <ShareField name="trip_bp" label="空跑费占基础费" free help="留空：按默认" />
        <ShareField name="exclusive_markup_bp" label="独家加价" free help="留空：按默认" />
        <MoneyField name="first_time_fen" label="一次完工奖励" free help="留空：按默认" />
        <NumberField name="overcharge_times" label="多收退赔" free help="留空：按默认" unit="倍" />
      </div>
      <Collapse
        defaultActiveKey={["base"]}
        items={tablesOf(bodyOf(rule)).map((table) => ({ key: table.name, label: table.title, forceRender: true, children: <RowsField name={table.name} columns={table.columns.map(fieldOf)} fresh={defaultsOf(table.columns)} add="加一行" /> }))}
      />
    </>
  );
}

const SCALES = { money: 100, metres: 1_000, number: 1, choice: 1 };
const UNITS = { money: "元", metres: "公里", number: "", choice: "" };

const fieldOf = ({ name, title, kind, options, free }: Column): RowColumn => ({
  name,
  title,
  free,
  ...(kind === "choice" ? {} : scaled(SCALES[kind])),
  input: (label) =>
    kind === "choice" ? (
      <Select size="small" style={{ width: "100%", minWidth: 96 }} options={options} aria-label={label} />
    ) : (
      <InputNumber size="small" min={0} suffix={UNITS[kind]} style={{ width: 104 }} aria-label={label} />
    ),
});

/** The contract leaves the shape of a kept rule open; it is what was posted. */
export const bodyOf = (line: Rule): Body => line.rule as unknown as Body;

/** What the fields begin with: everything but the day from which it holds. */
export function beginningsOf(rule: Rule): object {
  const body = bodyOf(rule);
  const { effective_from: _, categories: __, ...rest } = body;
  const tables = tablesOf(body).map(({ name, columns }) => [name, (body[name] ?? []).map((row) => ({ ...defaultsOf(columns), ...row }))]);
  return { ...rest, ...Object.fromEntries(tables) };
}

const defaultsOf = (columns: Column[]) => Object.fromEntries(columns.filter(({ name }) => DEFAULTS[name]).map(({ name }) => [name, DEFAULTS[name]]));

/** What is sent: the version one began from, with what was filled in. */
export function ruleOf(from: Rule, values: object): Body {
  const { effective_from, ...filled } = values as { effective_from: Dayjs };
  const { version: _, ...before } = bodyOf(from) as Body & { version?: number };
  return { ...before, ...filled, effective_from: dayOf(effective_from) };
}
