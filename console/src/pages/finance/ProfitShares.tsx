import { Button, Card, Collapse, Input, Select, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { COSTS, options, SHARES, type Words } from "@/app/words";
import { DealerName, DealerPick } from "@/parts/dealers";
import { Deed, type Once } from "@/parts/Deed";
import { type Chosen, ChoiceField, dayOf, DayField, FileField, formOf, MoneyField, NumberField, ShareField, TextField } from "@/parts/fields";
import { FileOutcome } from "@/parts/FileOutcome";
import { number, useFilters } from "@/parts/filters";
import { day, money, share } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { FEN } from "./columns";

type Line = Schemas["ShareLine"];

const COLOURS: Words = { waiting: "default", held: "red", shared: "green", nothing: "default", corrected: "gold" };

const COLUMNS = [
  { title: "订单行", dataIndex: "order_line_id" },
  { title: "工单", dataIndex: "job_id", render: (id: number | null) => id && <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "网点", dataIndex: "dealer_id", render: (id: number | null) => <DealerName id={id} /> },
  { title: "商品", dataIndex: "sku" },
  { title: "状态", dataIndex: "state_name", render: (name: string, line: Line) => <Tag color={COLOURS[line.state]}>{name}</Tag> },
  { title: "成交", dataIndex: "revenue_fen", ...FEN },
  { title: "利润", dataIndex: "profit_fen", ...FEN },
  { title: "网点得", dataIndex: "dealer_fen", ...FEN, render: (fen: number, line: Line) => (line.state === "held" || line.state === "waiting" ? "—" : money(fen)) },
  { title: "怎么算的", render: (_: unknown, line: Line) => <Why line={line} /> },
];

/** The share of each online sale, what it waits for, and the terms by which it is reckoned. */
export default function ProfitShares() {
  const may = useMay();
  const [filters, set] = useFilters("dealer_id", "state", "sku");
  const query = { ...filters, dealer_id: number(filters.dealer_id), limit: 50 } as Query<"/api/v1/profit-shares">;
  const asked = api.useInfiniteQuery("get", "/api/v1/profit-shares", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>利润分成</h1>
      <div className="filters">
        <Select allowClear placeholder="状态" aria-label="状态" style={{ width: 140 }} options={options(SHARES)} value={filters.state} onChange={(value) => set("state", value)} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        <Input.Search allowClear placeholder="商家编码" aria-label="商家编码" style={{ width: 180 }} defaultValue={filters.sku} onSearch={(text) => set("sku", text.trim())} />
        {may("POST /api/v1/sale-cost-imports") && <Costs />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.order_line_id} empty="没有符合条件的订单行" />
      {may("GET /api/v1/share-rules") && (
        <Collapse style={{ marginTop: 16 }} items={[{ key: "terms", label: "分成规则版本", children: <Terms /> }]} />
      )}
    </div>
  );
}

const Why = ({ line }: { line: Line }) => (
  <div className="words">
    {line.text}
    {line.missing_names.length > 0 && <>缺：{line.missing_names.join("、")}</>}
    {line.look_at && <span className="quiet">{day(line.look_at)} 退款期满</span>} {line.entry_id && <Link to={`/ledger/${line.entry_id}`}>来龙去脉</Link>}
  </div>
);

function Costs() {
  const [done, setDone] = useState<Schemas["CostsImported"]>();
  const send = async ({ file }: { file: Chosen[] }, once: Once) => {
    const { data } = await http.POST("/api/v1/sale-cost-imports", { params: { header: { ...once } }, body: formOf(file) });
    setDone(data);
  };
  return (
    <>
      <Deed<{ file: Chosen[] }> label="导入成本文件" send={send}>
        <p>按商家编码与生效日期，或按订单行。补齐之后，待补成本的订单自动分成。</p>
        <FileField name="file" label="CSV 或 XLSX" accept=".csv,.xlsx" />
      </Deed>
      <Button href="/api/v1/sale-cost-imports/template.csv">下载模板</Button>
      <OneCost />
      {done && <FileOutcome told={`共 ${done.rows} 行：新增 ${done.new}，没有变化 ${done.same}`} bad={done.bad} errors={`/api/v1/sale-cost-imports/${done.id}/errors.csv`} />}
    </>
  );
}

interface Cost extends Omit<Schemas["CostRow"], "since"> {
  since?: Dayjs | null;
}

const OneCost = () => (
  <Deed<Cost>
    label="录入一项成本"
    send={({ since, sku, ...told }, once) =>
      http.POST("/api/v1/sale-costs", { params: { header: { ...once } }, body: { costs: [{ ...told, sku: sku || null, since: since ? dayOf(since) : null }] } })
    }
  >
    <p>填商家编码和生效日期：那天起每件的成本；或填订单行：整行的成本。</p>
    <ChoiceField name="kind" label="成本" options={options(COSTS)} />
    <MoneyField name="fen" label="金额" />
    <TextField name="sku" label="商家编码" free />
    <DayField name="since" label="自哪天下单的订单起" free />
    <NumberField name="line_id" label="订单行" free />
  </Deed>
);

const TERMS = [
  { title: "版本", dataIndex: "version", render: (version: number) => `第 ${version} 版` },
  { title: "自", dataIndex: "effective_from", render: day },
  { title: "经营方留", dataIndex: "operator_bp", render: share },
  { title: "其余归网点", dataIndex: "dealer_bp", render: share },
  { title: "增值税", dataIndex: "tax_bp", render: share },
  { title: "订单制归网点", dataIndex: "dealer_ships_bp", render: share },
  { title: "退款期", dataIndex: "refund_days", render: (days: number) => `${days} 天` },
];

function Terms() {
  const may = useMay();
  const asked = api.useInfiniteQuery("get", "/api/v1/share-rules", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <Card size="small" title="自下单日起适用" extra={may("POST /api/v1/share-rules") && <NewTerms />}>
      <Lines asked={asked} columns={TERMS} rowKey={(line) => line.version} empty="还没有规则：按默认比例" />
    </Card>
  );
}

type Told = Omit<Schemas["ShareTermsBody"], "effective_from"> & { effective_from: Dayjs };

const NewTerms = () => (
  <Deed<Told>
    label="新增分成规则"
    send={({ effective_from, ...body }, once) => http.POST("/api/v1/share-rules", { params: { header: { ...once } }, body: { ...body, effective_from: dayOf(effective_from) } })}
  >
    <DayField name="effective_from" label="自哪天下单的订单起" />
    <div className="three">
      <ShareField name="operator_bp" label="经营方留" />
      <ShareField name="dealer_bp" label="其余归网点" />
      <ShareField name="tax_bp" label="增值税" />
      <ShareField name="dealer_ships_bp" label="订单制归网点" />
      <NumberField name="refund_days" label="退款期" unit="天" />
    </div>
  </Deed>
);
