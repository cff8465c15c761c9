import { Alert, Button, Card, Descriptions, Space, Steps, Table, Tag } from "antd";
import { useParams } from "react-router";

import { api, type Schemas } from "@/api/client";
import { STATEMENTS, word } from "@/app/words";
import { Loaded } from "@/parts/Loaded";
import { day, money, monthOf, time } from "@/parts/format";
import { StatementDeeds } from "./StatementDeeds";
import { StatementLines } from "./StatementLines";
import { AddInvoiceFile, PaperLinks, usePapers } from "./StatementPapers";
import { STATEMENT_COLOURS } from "./words";

type Whole = Schemas["StatementPage"];

const WAY = ["draft", "confirmed", "approved", "invoiced", "paid", "closed"];

/** One dealer's month: its sum, what it is made of line by line, and what became of it. */
export default function Statement() {
  const id = Number(useParams().statementId);
  const asked = api.useQuery("get", "/api/v1/statements/{statement_id}", { params: { path: { statement_id: id } } });
  return (
    <div className="page">
      <Loaded asked={asked}>{(whole) => <Shown whole={whole} />}</Loaded>
    </div>
  );
}

function Shown({ whole }: { whole: Whole }) {
  const { statement } = whole;
  const file = `/api/v1/statements/${statement.id}/file?format=`;
  return (
    <>
      <h1>
        {statement.dealer_name} {monthOf(statement.month)} 结算单{" "}
        <Tag color={STATEMENT_COLOURS[statement.status]}>{statement.status_name}</Tag>
      </h1>
      <Space wrap style={{ marginBottom: 16 }}>
        <StatementDeeds whole={whole} />
        <Button href={`${file}pdf`}>下载 PDF</Button>
        <Button href={`${file}xlsx`}>下载 XLSX</Button>
      </Space>
      {statement.status === "contested" && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={`有 ${money(statement.contested_fen)} 的明细存在异议。批准时，有异议的明细转入下一期，其余照付。`} />
      )}
      <Steps
        size="small"
        style={{ marginBottom: 16 }}
        current={statement.status === "contested" ? 0 : WAY.indexOf(statement.status)}
        status={statement.status === "contested" ? "error" : undefined}
        items={WAY.map((status, at) => ({ title: at === 0 && statement.status === "contested" ? statement.status_name : word(STATEMENTS, status) }))}
      />
      <div className="columns">
        <Sums whole={whole} />
        <Groups whole={whole} />
        {whole.invoices.length > 0 && <Invoices whole={whole} />}
        {whole.payments.length > 0 && <Payments whole={whole} />}
      </div>
      <StatementLines statement={statement} />
    </>
  );
}

function Sums({ whole: { statement, tax } }: { whole: Whole }) {
  const items = [
    { label: "本月合计", children: money(statement.total_fen) },
    { label: "有异议（不计入）", children: money(statement.contested_fen) },
    { label: "上期结转", children: money(statement.carried_in_fen) },
    { label: "应付", children: <strong>{money(statement.payout_fen)}</strong> },
    { label: "结转下期", children: money(statement.carried_out_fen) },
    { label: "应付中税额", children: money(tax.payout_tax_fen) },
    { label: "生成", children: time(statement.drawn_at) },
    { label: "答复期限", children: time(statement.answer_by) },
    { label: "确认", children: time(statement.confirmed_at) },
    { label: "复核", children: time(statement.reviewed_at) },
    { label: "批准", children: time(statement.approved_at) },
  ];
  return (
    <Card size="small" title="金额与时间">
      <Descriptions size="small" column={2} className="numbers" items={items.map((item) => ({ key: item.label, ...item }))} />
    </Card>
  );
}

const FEN = { align: "right" as const, className: "numbers", render: money };

const GROUPS = [
  { title: "项目", dataIndex: "title" },
  { title: "笔数", dataIndex: "lines", align: "right" as const, className: "numbers" },
  { title: "金额", dataIndex: "total_fen", ...FEN },
];

const Groups = ({ whole }: { whole: Whole }) => (
  <Card size="small" title="分类合计">
    <Table size="small" pagination={false} columns={GROUPS} dataSource={whole.groups} rowKey="kind" locale={{ emptyText: "没有明细" }} />
  </Card>
);

const INVOICES = [
  { title: "号码", dataIndex: "number" },
  { title: "开票日", dataIndex: "issued_on", render: day },
  { title: "金额", dataIndex: "amount_fen", ...FEN },
  { title: "税额", dataIndex: "tax_fen", ...FEN },
  { title: "状态", dataIndex: "refused_reason", render: (reason: string | null) => (reason ? <>已退回：{reason}</> : "有效") },
];

function Invoices({ whole: { statement, invoices } }: { whole: Whole }) {
  const papers = usePapers(statement.id);
  const files = { title: "文件", render: (_: unknown, bill: Schemas["InvoiceLine"]) => <PaperLinks papers={papers.filter((one) => one.invoice_number === bill.number)} /> };
  return (
    <Card size="small" title="发票" extra={invoices.some((bill) => !bill.refused_at) && <AddInvoiceFile statementId={statement.id} />}>
      <Table size="small" pagination={false} columns={[...INVOICES, files]} dataSource={invoices} rowKey="recorded_at" />
    </Card>
  );
}

const PAYMENTS = [
  { title: "金额", dataIndex: "amount_fen", ...FEN },
  { title: "状态", dataIndex: "state_name" },
  { title: "付款日", dataIndex: "paid_on", render: day },
  { title: "凭证号", dataIndex: "reference" },
  { title: "原因", dataIndex: "reason" },
];

const Payments = ({ whole }: { whole: Whole }) => (
  <Card size="small" title="付款">
    <Table size="small" pagination={false} columns={PAYMENTS} dataSource={whole.payments} rowKey="id" />
  </Card>
);
