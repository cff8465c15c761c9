import { Card, Select } from "antd";
import type { Dayjs } from "dayjs";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { EARNING_REASONS, KINDS, options, word } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { today } from "@/parts/days";
import { Deed } from "@/parts/Deed";
import { ChoiceField, dayOf, DayField, MoneyField, NumberField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { day, money, monthOf } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { MonthPick } from "@/parts/MonthPick";

type OfMonth = Schemas["InstallerMonth"];
type Rate = Schemas["RateLine"];

const FEN = { align: "right" as const, className: "numbers", render: money };
const ANY = { value: "*", label: "全部" };
const PAID_KINDS = ["install", "deliver_install", "repair", "second_visit"];

/** What the dealer owes its installers for a month, line by line, and the rates it is reckoned by. */
export default function Pay() {
  const [filters, set] = useFilters("month", "installer_id");
  const month = filters.month ?? today().slice(0, 7);
  return (
    <div className="page">
      <h1>师傅结算</h1>
      <div className="filters">
        <MonthPick value={month} onChange={(chosen) => set("month", chosen)} />
        <Add />
      </div>
      <Months month={month} onOpen={(installer) => set("installer_id", installer)} />
      <Earnings month={month} installer={number(filters.installer_id)} onChoose={(installer) => set("installer_id", installer)} />
      <Rates />
    </div>
  );
}

function useMonths(month: string) {
  return api.useInfiniteQuery("get", "/api/v1/installer-settlements", { params: { query: { month, limit: 100 } } }, PAGED);
}

function Months({ month, onOpen }: { month: string; onOpen: (installer: number) => void }) {
  const columns = [
    { title: "师傅", dataIndex: "name" },
    { title: "工单", dataIndex: ["earnings", "jobs"], align: "right" as const, className: "numbers" },
    { title: "合计", dataIndex: ["earnings", "total_fen"], ...FEN },
    { title: "已付", dataIndex: ["earnings", "paid_fen"], ...FEN },
    { title: "待付", dataIndex: ["earnings", "open_fen"], ...FEN },
    { title: "", render: (_: unknown, one: OfMonth) => one.earnings.open_fen !== 0 && <Settle one={one} /> },
  ];
  return (
    <Card size="small" title={`${month} 合计`} style={{ marginBottom: 16 }}>
      <Lines asked={useMonths(month)} columns={columns} rowKey={(one) => one.installer_id} empty="这个月还没有" onOpen={(one) => onOpen(one.installer_id)} />
    </Card>
  );
}

const Settle = ({ one }: { one: OfMonth }) => (
  <Deed<{ paid_on: Dayjs }>
    size="small"
    label="登记已付"
    title={`登记已付：${one.name}`}
    send={({ paid_on }, once) =>
      http.POST("/api/v1/installer-settlements/payments", {
        params: { header: { ...once } },
        body: { installer_id: one.installer_id, month: one.earnings.month, amount_fen: one.earnings.open_fen, paid_on: dayOf(paid_on) },
      })
    }
  >
    <p>
      {monthOf(one.earnings.month)} 待付 {money(one.earnings.open_fen)}。只作登记，款项由网点自行支付。
    </p>
    <DayField name="paid_on" label="付款日期" />
  </Deed>
);

const LINES = [
  { title: "日期", dataIndex: "worked_on", render: day },
  { title: "工单", dataIndex: "job_id", render: (id: number | null) => id && <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "怎么算的", dataIndex: "text" },
  { title: "金额", dataIndex: "amount_fen", ...FEN },
  { title: "付款", dataIndex: "paid_on", render: (on: string | null) => (on ? day(on) : "待付") },
];

function Earnings({ month, installer, onChoose }: { month: string; installer: number | undefined; onChoose: (installer: number | undefined) => void }) {
  const asked = api.useInfiniteQuery("get", "/api/v1/installer-settlements/lines", { params: { query: { month, installer_id: installer, limit: 100 } } }, PAGED);
  const people = useMonths(month).data?.pages.flatMap((page) => page.items) ?? [];
  const pick = (
    <Select allowClear size="small" placeholder="全部师傅" aria-label="师傅" style={{ width: 140 }} value={installer} onChange={onChoose} options={people.map((one) => ({ value: one.installer_id, label: one.name }))} />
  );
  return (
    <Card size="small" title="明细" extra={pick} style={{ marginBottom: 16 }}>
      <Lines asked={asked} columns={LINES} rowKey={(line) => line.id} empty="没有明细" />
    </Card>
  );
}

function Add() {
  const { dealer_id } = useMe();
  const { data } = api.useQuery("get", "/api/v1/dealers/{dealer_id}/installers", { params: { path: { dealer_id: dealer_id! }, query: { limit: 100 } } });
  const people = (data?.items ?? []).map((one) => ({ value: String(one.person_id), label: one.name }));
  return (
    <Deed<{ installer: string; reason: Schemas["EarningBody"]["reason"]; amount_fen: number; job_id?: number }>
      label="手工计薪"
      send={({ installer, ...told }, once) => http.POST("/api/v1/installer-settlements/lines", { params: { header: { ...once } }, body: { ...told, installer_id: Number(installer) } })}
    >
      <ChoiceField name="installer" label="师傅" options={people} />
      <ChoiceField name="reason" label="事由" options={options(EARNING_REASONS)} />
      <MoneyField name="amount_fen" label="金额" least={-1_000_000} help="扣款填负数" />
      <NumberField name="job_id" label="工单号" free />
    </Deed>
  );
}

function Rates() {
  const categories = useCategories();
  const asked = api.useInfiniteQuery("get", "/api/v1/installer-rates", { params: { query: { limit: 50 } } }, PAGED);
  const kinds = options(KINDS).filter(({ value }) => PAID_KINDS.includes(value));
  const columns = [
    { title: "自", dataIndex: "effective_from", render: day },
    { title: "品类", dataIndex: "category", render: (code: string) => (code === "*" ? "全部" : word(categories, code)) },
    { title: "类型", dataIndex: "kind", render: (kind: Rate["kind"]) => (kind === "*" ? "全部" : word(KINDS, kind)) },
    { title: "每单第一台", dataIndex: "fen", ...FEN },
    { title: "以后每台", dataIndex: "further_fen", ...FEN },
  ];
  return (
    <Card size="small" title="师傅单价" extra={<NewRate categories={[ANY, ...options(categories)]} kinds={[ANY, ...kinds]} />}>
      <Lines asked={asked} columns={columns} rowKey={(rate) => rate.id} empty="还没有设定单价" />
    </Card>
  );
}

type Choices = { value: string; label: string }[];
type Told = Omit<Schemas["RateBody"], "effective_from"> & { effective_from: Dayjs };

const NewRate = ({ categories, kinds }: { categories: Choices; kinds: Choices }) => (
  <Deed<Told>
    label="设定单价"
    initial={{ category: "*", kind: "*" }}
    send={({ effective_from, ...told }, once) => http.POST("/api/v1/installer-rates", { params: { header: { ...once } }, body: { ...told, effective_from: dayOf(effective_from) } })}
  >
    <DayField name="effective_from" label="生效日期" />
    <ChoiceField name="category" label="品类" options={categories} />
    <ChoiceField name="kind" label="类型" options={kinds} />
    <MoneyField name="fen" label="每单第一台" />
    <MoneyField name="further_fen" label="以后每台" free help="留空：不另计" />
  </Deed>
);
