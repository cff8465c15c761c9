import { DatePicker, Form, Input, InputNumber, Select, Space, Table, Tag } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { CHARGE_TYPES, word, type Words } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { now } from "@/parts/days";
import { Deed } from "@/parts/Deed";
import { number, useFilters } from "@/parts/filters";
import { money, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { hundredth, type RowColumn, RowsField } from "@/parts/RowsField";

type Price = Schemas["PriceBody"];
type Version = Schemas["PriceListLine"];

interface Told {
  items: Price[];
  effective_from?: Dayjs | null;
}

/** The extras that a customer may be asked to pay: versions, and what each says. */
export default function PriceLists() {
  const [filters, set] = useFilters("version");
  const asked = api.useQuery("get", "/api/v1/price-lists");
  return (
    <div className="page">
      <h1>增项价目表</h1>
      <Loaded asked={asked}>
        {({ items }) => {
          const inForce = Math.max(...items.filter((one) => new Date(one.effective_from) <= now()).map((one) => one.version));
          const chosen = number(filters.version) ?? (Number.isFinite(inForce) ? inForce : items[0]?.version);
          const choices = items.map((one) => ({ value: one.version, label: named(one, inForce) }));
          return (
            <>
              <div className="filters">
                <Select aria-label="版本" style={{ width: 340 }} options={choices} value={chosen} onChange={(version) => set("version", version)} placeholder="还没有价目表" />
                {chosen === undefined && <Publish items={[]} />}
              </div>
              {chosen !== undefined && <Shown version={chosen} />}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

function named({ version, effective_from, items }: Version, inForce: number): string {
  const state = version === inForce ? "现行" : version > inForce ? "未生效" : "已过";
  return `第 ${version} 版（${state}）${time(effective_from)} 起，${items} 项`;
}

function Shown({ version }: { version: number }) {
  const categories = useCategories();
  const asked = api.useQuery("get", "/api/v1/price-lists/{version}", { params: { path: { version } } });
  return (
    <Loaded asked={asked}>
      {({ items }) => (
        <Space orientation="vertical" style={{ width: "100%" }}>
          <Publish items={items} />
          <Table size="small" pagination={false} columns={columnsOf(categories)} dataSource={items} rowKey="code" />
        </Space>
      )}
    </Loaded>
  );
}

const columnsOf = (categories: Words) => [
  { title: "项目", dataIndex: "name" },
  { title: "编码", dataIndex: "code" },
  { title: "单价", dataIndex: "price_fen", align: "right" as const, className: "numbers", render: money },
  { title: "单位", dataIndex: "unit" },
  { title: "收费类型", dataIndex: "charge_type", render: (type: number) => word(CHARGE_TYPES, String(type)) },
  { title: "适用品类", dataIndex: "categories", render: (codes: string[]) => (codes.length ? codes.map((code) => <Tag key={code}>{word(categories, code)}</Tag>) : "全部") },
];

/** Begun from the version on show; it never changes, a new one follows it. */
function Publish({ items }: { items: Price[] }) {
  const categories = useCategories();
  return (
    <Deed<Told>
      type="primary"
      label="发布新版"
      title="编辑价目表：发布成新的一版，已有工单仍按原来的"
      width={1100}
      initial={{ items }}
      send={({ items: prices, effective_from }, once) =>
        http.POST("/api/v1/price-list", { params: { header: { ...once } }, body: { items: prices, effective_from: effective_from?.toISOString() } })
      }
    >
      <Form.Item name="effective_from" label="生效时间" extra="不填：立即生效">
        <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" />
      </Form.Item>
      <RowsField name="items" columns={fieldsOf(categories)} fresh={{ unit: "次", categories: [] }} add="加一项" />
    </Deed>
  );
}

const fieldsOf = (categories: Words): readonly RowColumn[] => [
  { name: "name", title: "项目", width: 200, input: (label) => <Input aria-label={label} maxLength={40} /> },
  { name: "code", title: "编码", width: 150, input: (label) => <Input aria-label={label} maxLength={40} /> },
  {
    name: "price_fen",
    title: "单价",
    width: 130,
    ...hundredth,
    input: (label) => <InputNumber aria-label={label} min={0} precision={2} prefix="¥" controls={false} />,
  },
  { name: "unit", title: "单位", width: 80, input: (label) => <Input aria-label={label} maxLength={8} /> },
  {
    name: "charge_type",
    title: "收费类型",
    width: 170,
    input: (label) => <Select aria-label={label} options={Object.entries(CHARGE_TYPES).map(([code, name]) => ({ value: Number(code), label: name }))} style={{ width: "100%" }} />,
  },
  {
    name: "categories",
    title: "适用品类（空：全部）",
    free: true,
    input: (label) => <Select mode="multiple" aria-label={label} style={{ width: "100%" }} options={Object.entries(categories).map(([value, name]) => ({ value, label: name }))} />,
  },
];
