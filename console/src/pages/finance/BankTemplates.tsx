import { Card, Form, Select } from "antd";

import { api, http, type Schemas } from "@/api/client";
import { Deed } from "@/parts/Deed";
import { ChoiceField, TextField } from "@/parts/fields";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { type Words, options } from "@/app/words";

type Body = Schemas["BankTemplateBody"];
type Field = NonNullable<Schemas["ColumnBody"]["field"]>;

const FIELDS: Record<Field, string> = {
  number: "流水号",
  account: "收款账号",
  holder: "户名",
  bank: "开户行",
  bank_code: "联行号",
  amount_yuan: "金额（元）",
  amount_fen: "金额（分）",
  purpose: "用途",
  month: "月份",
};

const ENCODINGS: Words = { "utf-8-sig": "UTF-8", gb18030: "GB18030（中文 Windows）" };

const COLUMNS = [
  { title: "模板", dataIndex: "name" },
  { title: "列", dataIndex: "data", render: (data: unknown) => (data as Body).columns.map(({ head }) => head).join("，") },
  { title: "新增", dataIndex: "made_at", render: time },
];

/** How each bank wants its file, and how it answers; never changed afterwards. */
export function BankTemplates() {
  const asked = api.useInfiniteQuery("get", "/api/v1/bank-templates", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <Card size="small" title="银行文件模板" extra={<NewTemplate />}>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="还没有模板；先新增一个，才能生成批次" />
    </Card>
  );
}

interface Told extends Omit<Body, "columns"> {
  fields: Field[];
}

function NewTemplate() {
  const send = ({ fields, ...told }: Told, once: object) =>
    http.POST("/api/v1/bank-templates", {
      params: { header: { ...once } },
      body: { ...told, columns: fields.map((field) => ({ head: FIELDS[field], field, text: "" })) },
    });
  return (
    <Deed<Told> label="新增模板" width={640} send={send} initial={{ fields: ["number", "account", "holder", "bank", "amount_yuan", "purpose"], encoding: "utf-8-sig" }}>
      <TextField name="name" label="名称" />
      <Form.Item name="fields" label="付款文件的列，按顺序" rules={[{ required: true, message: "请选择列" }]}>
        <Select mode="multiple" options={options(FIELDS)} />
      </Form.Item>
      <ChoiceField name="encoding" label="编码" options={options(ENCODINGS)} />
      <div className="three">
        <TextField name="number_head" label="结果：流水号列" />
        <TextField name="amount_head" label="结果：金额列" />
        <TextField name="state_head" label="结果：状态列" />
        <Said name="paid_words" label="状态：付款成功" />
        <Said name="failed_words" label="状态：付款失败" />
        <TextField name="reason_head" label="结果：失败原因列" free />
      </div>
    </Deed>
  );
}

const Said = ({ name, label }: { name: string; label: string }) => (
  <Form.Item name={name} label={label} rules={[{ required: true, message: "请填写" }]}>
    <Select mode="tags" open={false} placeholder="回车分隔" />
  </Form.Item>
);
