import { Alert, Button, Checkbox, Descriptions, Select, type TableColumnsType } from "antd";
import { Link } from "react-router";

import { api, type Query } from "@/api/client";
import { useMay } from "@/app/session";
import type { Operation } from "@/made/access";
import { CLOCKS, FAMILIES, word } from "@/app/words";
import { DayRange } from "@/parts/DayRange";
import { daysAgo, today } from "@/parts/days";
import { useFilters } from "@/parts/filters";
import { money, share } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

/** Every report of the brand, by the columns and the words that its file has. */
const NAMES = {
  "on-time": "准时率",
  promised: "承诺与实际",
  fairness: "线上工单公平性",
  satisfaction: "满意度",
  fees: "费用",
  "complaint-reasons": "投诉原因",
  causes: "不满原因",
  damage: "货损",
  "coverage-holes": "服务空白",
} as const;
type Name = keyof typeof NAMES;
type Row = Record<string, unknown>;

const DIMENSIONS: Record<Name, readonly string[]> = {
  "on-time": ["week", "dealer_id", "clock", "family"],
  promised: ["week", "dealer_id"],
  fairness: ["week", "dealer_id"],
  satisfaction: ["week", "dealer_id"],
  fees: ["week", "month", "dealer_id"],
  "complaint-reasons": ["sku", "region"],
  causes: ["sku", "region", "month"],
  damage: ["sku", "carrier", "package"],
  "coverage-holes": ["region", "category_code"],
};
const BY: Record<string, string> = {
  week: "周",
  dealer_id: "网点",
  clock: "时效",
  family: "承诺方",
  sku: "商品",
  region: "地区",
  month: "月份",
  carrier: "承运商",
  package: "包装",
  category_code: "品类",
};

export default function Reports() {
  const [filters, set] = useFilters("name", "since", "until", "by", "region");
  const may = useMay();
  const open = (Object.keys(NAMES) as Name[]).filter((name) => may(`GET /api/v1/reports/${name}` as Operation));
  const name = open.find((one) => one === filters.name) ?? open[0]!;
  // Eight weeks by the first of its groupings, until somebody asks for something else.
  const since = filters.since ?? (filters.until ? undefined : daysAgo(55));
  const rest = given({ since, until: filters.until, by: filters.by ?? DIMENSIONS[name][0], region: filters.region });
  const query = { ...rest, limit: 100 } as Query<"/api/v1/reports/on-time">;
  // One shape of question, seven answers: the path is typed as the first of them, rows as what they say of themselves.
  const path = `/api/v1/reports/${name}` as "/api/v1/reports/on-time";
  const asked = api.useInfiniteQuery("get", path, { params: { query } }, PAGED);
  const page = asked.data?.pages[0];
  const file = `${path}.csv?${new URLSearchParams(rest)}`;
  const choose = (value: Name) => {
    set("by", null);
    set("name", value);
  };
  return (
    <div className="page">
      <h1>{NAMES[name]}</h1>
      <div className="filters">
        <Select<Name> aria-label="报表" style={{ width: 150 }} value={name} onChange={choose} options={open.map((value) => ({ value, label: NAMES[value] }))} />
        <DayRange since={since} until={filters.until ?? today()} onChange={set} />
        <Checkbox.Group
          options={DIMENSIONS[name].map((value) => ({ value, label: `按${BY[value]}` }))}
          value={page ? [...page.by] : []}
          onChange={(chosen) => set("by", chosen.length > 0 ? chosen.join(",") : "total")}
        />
        <Button href={file}>下载 CSV</Button>
      </div>
      <Lines<Row>
        asked={asked as never}
        columns={page ? columnsOf(page.heads, DIMENSIONS[name].filter((dimension) => !page.by.includes(dimension))) : []}
        rowKey={(row) => JSON.stringify(DIMENSIONS[name].map((dimension) => row[dimension]))}
        empty="这段时间没有数据，请换一段日期"
        fit
      />
      {page && <Definition of={page.definition} />}
    </div>
  );
}

const given = (filters: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(filters).filter((one): one is [string, string] => Boolean(one[1])));

/** Columns of what is not grouped by, and numbers of dealers beside their names, are left out. */
function columnsOf(heads: Readonly<Record<string, string>>, merged: readonly string[]): TableColumnsType<Row> {
  const shownHeads = Object.entries(heads).filter(([name]) => name !== "dealer_id" && !merged.includes(dimensionOf(name)));
  return shownHeads.map(([name, title]) => ({
    title: title.replace(/（(万分比|分)）$/, ""),
    dataIndex: name,
    className: /^week$|_fen$|_bp$/.test(name) ? "whole" : undefined,
    align: /^(week|month|clock|family|sku|.*name|region|carrier|package|category_code|dealer_id|promotion_days)$/.test(name) ? "left" : "right",
    render: (value: unknown, row: Row) => shown(name, value, row),
  }));
}

const NAMED: Record<string, string> = {
  dealer_name: "dealer_id",
  product_name: "sku",
  region_name: "region",
  category_name: "category_code",
  promotion_days: "week",
};
const dimensionOf = (column: string) => NAMED[column] ?? column;

function shown(name: string, value: unknown, row: Row) {
  if (value == null) return <span className="quiet">—</span>;
  if (name === "dealer_name") return <Link to={`/jobs?dealer_id=${String(row.dealer_id)}`}>{String(value)}</Link>;
  if (name.endsWith("_bp")) return share(Number(value));
  if (name.endsWith("_fen")) return money(Number(value));
  if (name === "clock") return word(CLOCKS, String(value));
  if (name === "family") return word(FAMILIES, String(value));
  return Array.isArray(value) ? value.join("、") : String(value);
}

interface Defined {
  period: string;
  numerator: string;
  denominator: string;
  excluded: string;
  notes: readonly string[];
}

/** What is counted and what is left out: a rate without it starts a quarrel. */
function Definition({ of }: { of: Defined }) {
  const items = [
    { key: "period", label: "统计期", children: of.period },
    { key: "numerator", label: "数什么", children: of.numerator },
    { key: "denominator", label: "与什么比", children: of.denominator },
    { key: "excluded", label: "不计入", children: of.excluded },
  ];
  return (
    <Alert
      type="info"
      style={{ marginTop: 16 }}
      title={
        <>
          <Descriptions size="small" column={1} items={items} />
          {of.notes.map((note) => (
            <div key={note}>{note}</div>
          ))}
        </>
      }
    />
  );
}
