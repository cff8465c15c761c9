import { Button, Card, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, key, type Schemas } from "@/api/client";
import { Deed } from "@/parts/Deed";
import { type Chosen, ChoiceField, dayOf, DayField, FileField, formOf } from "@/parts/fields";
import { money, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { BankTemplates } from "./BankTemplates";
import { COUNT, FEN } from "./columns";
import { PayoutDifferences } from "./PayoutDifferences";

type Batch = Schemas["Batch"];

const COLUMNS = [
  { title: "批次", dataIndex: "id" },
  { title: "生成", dataIndex: "made_at", render: time },
  { title: "笔数", dataIndex: "payments", ...COUNT },
  { title: "金额", dataIndex: "amount_fen", ...FEN },
  { title: "银行答复", render: (_: unknown, batch: Batch) => <Standing batch={batch} /> },
  { title: "没有收款账户", dataIndex: "without_account", ...COUNT, render: (count: number) => (count ? <Tag color="red">{count}</Tag> : "") },
  { title: "结果相反", dataIndex: "contradicted", ...COUNT, render: (count: number) => (count ? <Tag color="red">{count}</Tag> : "") },
  { title: "", render: (_: unknown, batch: Batch) => <Steps batch={batch} /> },
];

/** Invoiced statements to the bank in batches, its answers, and what differs afterwards. */
export default function Payouts() {
  const asked = api.useInfiniteQuery("get", "/api/v1/payout-batches", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <div className="page">
      <h1>付款批次</h1>
      <PayoutDifferences />
      <Card size="small" title="批次" extra={<NewBatch />} style={{ marginBottom: 16 }}>
        <Lines asked={asked} columns={COLUMNS} rowKey={(batch) => batch.id} empty="还没有付款批次" />
      </Card>
      <BankTemplates />
    </div>
  );
}

const Standing = ({ batch }: { batch: Batch }) => (
  <Space>
    {batch.open > 0 && <Tag color="gold">待答复 {batch.open}</Tag>}
    {batch.paid > 0 && <Tag color="green">已付 {batch.paid}</Tag>}
    {batch.failed > 0 && <Tag color="red">失败 {batch.failed}</Tag>}
  </Space>
);

const Steps = ({ batch }: { batch: Batch }) => (
  <Space>
    <Button size="small" href={`/api/v1/payout-batches/${batch.id}/file`}>
      下载银行文件
    </Button>
    <Deed<{ file: Chosen[]; paid_on: Dayjs }>
      size="small"
      label="导入银行结果"
      send={({ file, paid_on }, once) =>
        http.POST("/api/v1/payout-batches/{batch_id}/result", {
          params: { path: { batch_id: batch.id }, header: { ...once } },
          body: formOf(file, { paid_on: dayOf(paid_on) }),
        })
      }
    >
      <FileField name="file" label="银行结果文件" accept=".csv,.txt" />
      <DayField name="paid_on" label="银行付款日" />
    </Deed>
  </Space>
);

function NewBatch() {
  const { data } = api.useQuery("get", "/api/v1/bank-templates", { params: { query: { limit: 100 } } });
  const waiting = api.useQuery("get", "/api/v1/statements", { params: { query: { status: "invoiced", limit: 100 } } });
  const invoiced = waiting.data?.items ?? [];
  const templates = (data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const due = invoiced.reduce((sum, { payout_fen }) => sum + payout_fen, 0);
  return (
    <Deed<{ template: string }>
      type="primary"
      label="生成批次"
      disabled={invoiced.length === 0 || templates.length === 0}
      initial={{ template: templates[0]?.value }}
      send={({ template }, once) => http.POST("/api/v1/payout-batches", { params: { header: { ...once } }, body: { key: key(), template_id: Number(template), statement_ids: [] } })}
    >
      <p>
        {invoiced.length}
        {waiting.data?.next_cursor && " 张以上"} 张已开票、未付款的结算单，共 {money(due)}。没有核实过收款账户的网点不在其中。
      </p>
      <ChoiceField name="template" label="银行文件模板" options={templates} />
    </Deed>
  );
}
