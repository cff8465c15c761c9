import { Input } from "antd";
import { Link, useNavigate } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { LINE_KINDS, word } from "@/app/words";
import { DealerName, DealerPick } from "@/parts/dealers";
import { number, useFilters } from "@/parts/filters";
import { money, monthOf, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { MonthPick } from "@/parts/MonthPick";
import { WORDS } from "./columns";

type Entry = Schemas["EntryLine"];

const COLUMNS = [
  { title: "分录", dataIndex: "id", render: (id: number) => <Link to={`/ledger/${id}`}>{id}</Link> },
  { title: "月份", dataIndex: "month", render: monthOf },
  { title: "项目", dataIndex: "kind", render: (kind: string) => word(LINE_KINDS, kind) },
  { title: "工单", dataIndex: "job_id", render: (id: number | null) => id && <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "怎么算的", dataIndex: "memo", ...WORDS },
  { title: "借（＋）贷（－）", dataIndex: "legs", render: (legs: Entry["legs"]) => <Legs legs={legs} /> },
  { title: "入账", dataIndex: "posted_at", render: time },
];

/** The ledger, newest first; an owner sees the sides on its own accounts. */
export default function Entries() {
  const [filters, set] = useFilters("month", "dealer_id", "job_id");
  const go = useNavigate();
  const query = { month: filters.month, dealer_id: number(filters.dealer_id), job_id: number(filters.job_id), limit: 50 } as Query<"/api/v1/ledger/entries">;
  const asked = api.useInfiniteQuery("get", "/api/v1/ledger/entries", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>分录</h1>
      <div className="filters">
        <MonthPick value={filters.month} onChange={(month) => set("month", month)} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        <Input.Search allowClear placeholder="工单号" aria-label="工单号" style={{ width: 160 }} defaultValue={filters.job_id} onSearch={(text) => set("job_id", number(text.trim()))} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(entry) => entry.id} empty="没有符合条件的分录" onOpen={(entry) => void go(`/ledger/${entry.id}`)} />
    </div>
  );
}

export const Legs = ({ legs }: { legs: Entry["legs"] }) => (
  <>
    {legs.map((leg) => (
      <div key={leg.account} className="leg numbers">
        <span>
          {leg.account_name}
          {leg.dealer_id != null && <span className="quiet"> <DealerName id={leg.dealer_id} /></span>}
        </span>
        <span>{money(leg.amount_fen)}</span>
      </div>
    ))}
  </>
);
