import { Link } from "react-router";

import { api, type Query } from "@/api/client";
import { DealerName, DealerPick } from "@/parts/dealers";
import { number, useFilters } from "@/parts/filters";
import { Lines, PAGED } from "@/parts/Lines";
import { MonthPick } from "@/parts/MonthPick";
import { FEN } from "./columns";

const COLUMNS = [
  { title: "账户", dataIndex: "account_name" },
  { title: "网点", dataIndex: "dealer_id", render: (id: number | null) => id != null && <DealerName id={id} /> },
  { title: "期初", dataIndex: "opening_fen", ...FEN },
  { title: "本月发生", dataIndex: "moved_fen", ...FEN },
  { title: "期末", dataIndex: "closing_fen", ...FEN },
  {
    title: "",
    dataIndex: "dealer_id",
    key: "entries",
    render: (id: number | null) => id != null && <Link to={`/ledger?dealer_id=${id}`}>分录</Link>,
  },
];

/** Each account over a month, debit positive: what we owe a dealer is negative on 应付服务商. */
export default function Balances() {
  const [filters, set] = useFilters("month", "dealer_id");
  const query = { month: filters.month, dealer_id: number(filters.dealer_id), limit: 100 } as Query<"/api/v1/ledger/balances">;
  const asked = api.useInfiniteQuery("get", "/api/v1/ledger/balances", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>账户余额</h1>
      <div className="filters">
        <MonthPick value={filters.month} onChange={(month) => set("month", month)} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        <span className="quiet">借方为正；欠网点的钱在「应付服务商」上为负。未选月份：本月。</span>
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.account_id} empty="这个月没有余额" />
    </div>
  );
}
