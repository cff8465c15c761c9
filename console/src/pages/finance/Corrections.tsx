import { Segmented, Space, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay, useMe } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { useFilters } from "@/parts/filters";
import { money, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { WORDS } from "./columns";

type Correction = Schemas["Correction"];

const COLUMNS = [
  { title: "原分录", dataIndex: "entry_id", render: (id: number) => <Link to={`/ledger/${id}`}>{id}</Link> },
  { title: "原因", dataIndex: "reason", ...WORDS },
  { title: "改为", dataIndex: "instead_fen", align: "right" as const, className: "numbers", render: (fen: number | null) => (fen == null ? "只冲销" : money(fen)) },
  { title: "提出", dataIndex: "proposed_at", render: time },
  { title: "决定", render: (_: unknown, one: Correction) => <Decided one={one} /> },
];

/** Corrections of the ledger by two persons: who proposes does not approve. */
export default function Corrections() {
  const [filters, set] = useFilters("decided");
  const query = { open: !filters.decided, limit: 50 };
  const asked = api.useInfiniteQuery("get", "/api/v1/ledger/corrections", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>分录更正</h1>
      <div className="filters">
        <Segmented
          options={[{ value: "", label: "待批准" }, { value: "yes", label: "已决定" }]}
          value={filters.decided ?? ""}
          onChange={(value) => set("decided", value)}
        />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(one) => one.id} empty={filters.decided ? "还没有更正过分录" : "没有待批准的更正"} />
    </div>
  );
}

function Decided({ one }: { one: Correction }) {
  const may = useMay();
  const me = useMe();
  if (one.outcome)
    return (
      <Space>
        <Tag color={one.outcome === "approved" ? "green" : "default"}>{one.outcome === "approved" ? "已批准" : "未批准"}</Tag>
        {time(one.decided_at)}
        {one.reversal_id && <Link to={`/ledger/${one.reversal_id}`}>冲销分录</Link>}
        {one.instead_id && <Link to={`/ledger/${one.instead_id}`}>新分录</Link>}
      </Space>
    );
  if (!may("POST /api/v1/ledger/corrections/{correction_id}/approve")) return <Tag>待批准</Tag>;
  const own = one.proposed_by === me.person_id;
  const path = { correction_id: one.id };
  return (
    <Space>
      {!own && (
        <Deed type="primary" size="small" label="批准更正" send={(_, once) => http.POST("/api/v1/ledger/corrections/{correction_id}/approve", { params: { path, header: { ...once } } })}>
          冲销原分录{one.instead_fen == null ? "" : `，另记 ${money(one.instead_fen)}`}，记入未关账的月份。
        </Deed>
      )}
      <Deed size="small" label={own ? "撤回更正" : "驳回更正"} send={(_, once) => http.POST("/api/v1/ledger/corrections/{correction_id}/refuse", { params: { path, header: { ...once } } })}>
        分录保持不变。
      </Deed>
    </Space>
  );
}
