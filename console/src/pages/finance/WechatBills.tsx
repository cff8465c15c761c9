import { Select, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { BILL_KINDS, BILLS, options, type Words } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { dayOf, DayField, TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { money, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { COUNT, FEN } from "./columns";
import { PayoutDifferences } from "./PayoutDifferences";

type Bill = Schemas["BillLine"];

const COLOURS: Words = { queued: "default", unsure: "gold", refused: "red", waiting: "blue", paid: "green", failed: "red" };

const COLUMNS = [
  { title: "商户单号", dataIndex: "number", className: "numbers" },
  { title: "类型", dataIndex: "kind_name" },
  { title: "金额", dataIndex: "amount_fen", ...FEN },
  { title: "状态", dataIndex: "state_name", render: (name: string, bill: Bill) => <Tag color={COLOURS[bill.state]}>{name}</Tag> },
  { title: "原因", dataIndex: "reason", render: (reason: string | null) => reason ?? "—" },
  { title: "来由", render: (_: unknown, bill: Bill) => <Cause bill={bill} /> },
  { title: "尝试", dataIndex: "tries", ...COUNT },
  { title: "生成", dataIndex: "made_at", render: time, className: "numbers" },
  { title: "结束", dataIndex: "ended_at", render: time, className: "numbers" },
  { title: "", key: "deeds", render: (_: unknown, bill: Bill) => <Deeds bill={bill} /> },
];

/** What went through WeChat and how it ended by its signed word; a refund that failed is sent again or paid by the bank. */
export default function WechatBills() {
  const [filters, set] = useFilters("state", "kind");
  const query = { ...filters, limit: 50 } as Query<"/api/v1/wechat-bills">;
  const asked = api.useInfiniteQuery("get", "/api/v1/wechat-bills", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>微信收付款</h1>
      <PayoutDifferences />
      <div className="filters">
        <Select allowClear aria-label="状态" placeholder="状态" style={{ width: 140 }} options={options(BILLS)} value={filters.state} onChange={(state) => set("state", state)} />
        <Select allowClear aria-label="类型" placeholder="类型" style={{ width: 140 }} options={options(BILL_KINDS)} value={filters.kind} onChange={(kind) => set("kind", kind)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(bill) => bill.id} empty="没有这样的微信收付款" />
    </div>
  );
}

const Cause = ({ bill }: { bill: Bill }) => (
  <Space>
    {bill.job_id && <Link to={`/jobs/${bill.job_id}`}>工单 {bill.job_id}</Link>}
    {bill.statement_id && <Link to={`/statements/${bill.statement_id}`}>结算单 {bill.statement_id}</Link>}
    {bill.entry_id && <Link to={`/ledger/${bill.entry_id}`}>分录</Link>}
  </Space>
);

interface Paid {
  paid_on: Dayjs;
  reference: string;
}

function Deeds({ bill }: { bill: Bill }) {
  const path = { bill_id: bill.id };
  const failed = bill.kind === "refund" && bill.state === "failed" && bill.entry_id === null;
  const open = bill.state === "queued" || bill.state === "unsure" || bill.state === "waiting";
  return (
    <Space>
      {open && bill.kind !== "refund" && (
        <Deed size="small" danger label={bill.kind === "transfer" ? "撤销转账" : "关闭付款"} send={() => http.POST("/api/v1/wechat-bills/{bill_id}/end", { params: { path } })}>
          先问微信：已收下的不能撤回，仍按已付款入账。
        </Deed>
      )}
      {failed && (
        <>
          <Deed size="small" label="重新退款" send={(_, once) => http.POST("/api/v1/wechat-bills/{bill_id}/again", { params: { path, header: { ...once } } })}>
            以同样的金额 {money(bill.amount_fen)} 用新的单号再退一次。
          </Deed>
          <Deed<Paid>
            size="small"
            label="登记银行退款"
            send={({ paid_on, reference }, once) =>
              http.POST("/api/v1/wechat-bills/{bill_id}/paid-by-hand", { params: { path, header: { ...once } }, body: { reference, paid_on: dayOf(paid_on) } })
            }
          >
            <p>微信退不了的 {money(bill.amount_fen)}，已从银行付给客户。</p>
            <DayField name="paid_on" label="付款日期" />
            <TextField name="reference" label="银行凭证号" />
          </Deed>
        </>
      )}
    </Space>
  );
}
