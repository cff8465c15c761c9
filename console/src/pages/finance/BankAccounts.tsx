import { Select, Space, Tag } from "antd";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay, useMe } from "@/app/session";
import { BANK_ACCOUNTS, options, word } from "@/app/words";
import { DealerName, DealerPick } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Account = Schemas["AccountLine"];

const COLUMNS = [
  { title: "网点", dataIndex: "dealer_id", render: (id: number) => <DealerName id={id} /> },
  { title: "账号", dataIndex: "masked", className: "numbers" },
  { title: "状态", dataIndex: "state", render: (state: string) => <Tag color={state === "verified" ? "green" : state === "proposed" ? "gold" : "default"}>{word(BANK_ACCOUNTS, state)}</Tag> },
  { title: "提交", dataIndex: "proposed_at", render: time },
  { title: "决定", dataIndex: "decided_at", render: time },
  { title: "", render: (_: unknown, account: Account) => account.state === "proposed" && <Verdict account={account} /> },
];

/** Where dealers' money goes: proposed by one, verified by another. */
export default function BankAccounts() {
  const me = useMe();
  const [filters, set] = useFilters("dealer_id", "state");
  const dealer = me.dealer_id ?? number(filters.dealer_id);
  const query = { dealer_id: dealer, state: filters.state, limit: 50 } as Query<"/api/v1/bank-accounts">;
  const asked = api.useInfiniteQuery("get", "/api/v1/bank-accounts", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>收款账户</h1>
      <div className="filters" style={{ alignItems: "center" }}>
        <DealerPick value={dealer} onChange={(value) => set("dealer_id", value)} />
        <Select allowClear placeholder="状态" aria-label="状态" style={{ width: 140 }} options={options(BANK_ACCOUNTS)} value={filters.state} onChange={(value) => set("state", value)} />
        {dealer == null ? <span className="quiet">选择网点后可提交新账户</span> : <Propose dealer={dealer} />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(account) => account.id} empty="没有收款账户；没有核实的账户，结算单付不出去" />
    </div>
  );
}

const Propose = ({ dealer }: { dealer: number }) => (
  <Deed<Schemas["AccountBody"]>
    label="提交新账户"
    send={(body, once) => http.POST("/api/v1/dealers/{dealer_id}/bank-accounts", { params: { path: { dealer_id: dealer }, header: { ...once } }, body })}
  >
    <p>账号加密保存，只显示末四位。品牌财务由另一人核实后生效。</p>
    <TextField name="account_number" label="账号" />
    <TextField name="holder" label="户名" />
    <TextField name="bank" label="开户行" />
    <TextField name="bank_code" label="联行号" free />
  </Deed>
);

function Verdict({ account }: { account: Account }) {
  const may = useMay();
  const me = useMe();
  if (!may("POST /api/v1/bank-accounts/{account_id}/verify") || account.proposed_by === me.person_id) return <>待另一人核实</>;
  const path = { account_id: account.id };
  return (
    <Space>
      <Deed type="primary" size="small" label="核实无误" send={(_, once) => http.POST("/api/v1/bank-accounts/{account_id}/verify", { params: { path, header: { ...once } } })}>
        已与网点核对 {account.masked}。核实后，付款到这个账户。
      </Deed>
      <Deed size="small" label="不予核实" send={(_, once) => http.POST("/api/v1/bank-accounts/{account_id}/refuse", { params: { path, header: { ...once } } })}>
        仍付到原来的账户。
      </Deed>
    </Space>
  );
}
