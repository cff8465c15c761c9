import { Form, Input, InputNumber } from "antd";
import { useNavigate } from "react-router";

import { http, type Schemas } from "@/api/client";
import { ChannelPick } from "@/parts/channels";
import { Deed, type Once } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { type RowColumn, RowsField } from "@/parts/RowsField";

type Body = Schemas["OrderBody"];

const LINES: readonly RowColumn[] = [
  { name: "sku", title: "商家编码", input: (label) => <Input aria-label={label} maxLength={64} /> },
  { name: "title", title: "标题", free: true, input: (label) => <Input aria-label={label} maxLength={300} /> },
  { name: "quantity", title: "件数", width: 90, input: (label) => <InputNumber aria-label={label} min={1} max={999} precision={0} controls={false} /> },
];

/** One order by hand; the same number again changes the order that is there. */
export function NewOrder() {
  const go = useNavigate();
  const send = async ({ lines, ...told }: Body, once: Once) => {
    const numbered = lines.map((line, at) => ({ ...line, title: line.title || null, line_number: at + 1, state: "paid" as const }));
    const { data } = await http.POST("/api/v1/orders", { params: { header: { ...once } }, body: { ...told, lines: numbered } });
    if (data) void go(`/orders/${data.id}`);
  };
  return (
    <Deed<Body> label="录入订单" width={760} initial={{ lines: [{ sku: "", quantity: 1 } as Body["lines"][number]] }} send={send}>
      <Form.Item name="channel_id" label="店铺" rules={[{ required: true, message: "请选择店铺" }]}>
        <ChannelPick />
      </Form.Item>
      <div className="three">
        <TextField name="number" label="订单号" />
        <TextField name="receiver" label="收货人" />
        <TextField name="phone" label="电话" />
      </div>
      <TextField name="address" label="地址" help="省、市、区县写在前面" />
      <RowsField name="lines" columns={LINES} fresh={{ quantity: 1 }} add="加一件商品" />
    </Deed>
  );
}
