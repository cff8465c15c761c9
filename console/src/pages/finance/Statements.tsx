import { Select, Tag } from "antd";
import { Link, useNavigate } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { options, STATEMENTS } from "@/app/words";
import { DealerPick } from "@/parts/dealers";
import { number, useFilters } from "@/parts/filters";
import { money, monthOf, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { MonthPick } from "@/parts/MonthPick";
import { STATEMENT_COLOURS } from "./words";

type Card = Schemas["StatementCard"];

const FEN = { align: "right" as const, className: "numbers" };

const COLUMNS = [
  { title: "结算单", dataIndex: "id", render: (id: number) => <Link to={`/statements/${id}`}>{id}</Link> },
  { title: "月份", dataIndex: "month", render: monthOf },
  { title: "网点", dataIndex: "dealer_name" },
  {
    title: "状态",
    dataIndex: "status_name",
    render: (name: string, card: Card) => <Tag color={STATEMENT_COLOURS[card.status]}>{name}</Tag>,
  },
  { title: "本月合计", dataIndex: "total_fen", ...FEN, render: money },
  { title: "有异议", dataIndex: "contested_fen", ...FEN, render: (fen: number) => (fen ? money(fen) : "") },
  { title: "上期结转", dataIndex: "carried_in_fen", ...FEN, render: (fen: number) => (fen ? money(fen) : "") },
  { title: "应付", dataIndex: "payout_fen", ...FEN, render: (fen: number) => <strong>{money(fen)}</strong> },
  {
    title: "网点答复期限",
    dataIndex: "answer_by",
    render: (at: string, card: Card) => (card.status === "draft" ? time(at) : card.confirmed_at ? `${time(card.confirmed_at)} 已确认` : ""),
  },
  { title: "批准", dataIndex: "approved_at", render: time },
];

/** Newest month first; an owner has its own. */
export default function Statements() {
  const [filters, set] = useFilters("month", "status", "dealer_id");
  const go = useNavigate();
  const query = { ...filters, dealer_id: number(filters.dealer_id), limit: 50 } as Query<"/api/v1/statements">;
  const asked = api.useInfiniteQuery("get", "/api/v1/statements", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>结算单</h1>
      <div className="filters">
        <MonthPick value={filters.month} onChange={(month) => set("month", month)} />
        <Select allowClear placeholder="状态" aria-label="状态" style={{ width: 130 }} options={options(STATEMENTS)} value={filters.status} onChange={(value) => set("status", value)} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(card) => card.id} empty="没有符合条件的结算单" onOpen={(card) => void go(`/statements/${card.id}`)} />
    </div>
  );
}
