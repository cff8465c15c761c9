import { Alert, Button, Card, Descriptions, Form, Input, InputNumber, Select, Tag } from "antd";

import type { ReactNode } from "react";

import { api, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { useChannels } from "@/parts/channels";
import { money, span } from "@/parts/format";

type Answer = Schemas["Answer"];
type Line = Schemas["LinePromise"];

interface Asked {
  sku: string;
  quantity: number;
  address: string;
  channel?: string;
}

/** What may be said to a customer on the telephone: the very promise that the shop shows, to be read out. */
export default function PromiseLookup() {
  const products = api.useQuery("get", "/api/v1/products", { params: { query: { limit: 100 } } }).data?.items ?? [];
  const shops = useChannels();
  const ask = api.useMutation("post", "/api/v1/promises");
  const send = ({ sku, quantity, address, channel }: Asked) => ask.mutate({ body: { lines: [{ sku, quantity }], address, channel } });
  const refused: unknown = ask.error;
  return (
    <div className="page">
      <h1>承诺查询</h1>
      <Form<Asked> layout="inline" initialValues={{ quantity: 1 }} onFinish={send} style={{ marginBottom: 16, rowGap: 8 }}>
        <Form.Item name="sku" label="商品" rules={[{ required: true, message: "请选择商品" }]}>
          <Select
            showSearch
            autoFocus
            optionFilterProp="label"
            style={{ width: 240 }}
            options={products.filter((one) => one.needs_installation).map((one) => ({ value: one.sku, label: `${one.name}（${one.sku}）` }))}
          />
        </Form.Item>
        <Form.Item name="quantity" label="数量">
          <InputNumber min={1} max={99} style={{ width: 70 }} />
        </Form.Item>
        <Form.Item name="address" label="地址" rules={[{ required: true, message: "请填写地址" }]}>
          <Input style={{ width: 320 }} maxLength={200} placeholder="省市区县，越细越准" />
        </Form.Item>
        <Form.Item name="channel" label="店铺">
          <Select allowClear style={{ width: 150 }} options={shops.map((shop) => ({ value: shop.code, label: shop.name }))} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={ask.isPending}>
          查询
        </Button>
      </Form>
      <div aria-live="polite">
        {refused !== null && <Alert type="warning" showIcon title={said(refused)} />}
        {ask.data && <Shown token={ask.data.id} answer={ask.data.answer} />}
      </div>
    </div>
  );
}

function Shown({ token, answer }: { token: string; answer: Answer }) {
  return (
    <>
      <Alert type={answer.covered ? "success" : "warning"} showIcon title={answer.text} style={{ marginBottom: 16 }} />
      <div className="columns">
        {answer.lines.map((line) => (
          <Told key={line.sku} line={line} />
        ))}
        <Card size="small" title="验收与凭据">
          <Descriptions
            size="small"
            column={1}
            items={[
              { key: "place", label: "地区", children: answer.place },
              { key: "silence", label: "验收", children: answer.silence_text },
              { key: "id", label: "承诺编号", children: token },
            ].filter((one) => one.children)}
          />
        </Card>
        {answer.extras.length > 0 && (
          <Card size="small" title="可能另收的项目">
            <ul className="lines">
              {answer.extras.map((extra) => (
                <li key={extra.code}>
                  {extra.name} {money(extra.price_fen)}／{extra.unit}
                </li>
              ))}
            </ul>
          </Card>
        )}
      </div>
    </>
  );
}

function Told({ line }: { line: Line }) {
  const rows: [string, ReactNode][] = [
    ["网点", line.dealer && <>{line.dealer} {line.alliance && <Tag color="green">联盟</Tag>}</>],
    ["最早上门", line.windows.length > 0 && <div>{line.windows.map((one) => <div key={one.start}>{span(one.start, one.end)}</div>)}</div>],
    ["提前预约", line.lead_days != null && `${line.lead_days} 天`],
    ["费用含", line.included.join("、")],
    ["远程费", line.remote?.text],
    ["空跑费", line.trip?.text],
    ["自行安装", line.self_install?.advice],
    ["注意", line.notes.join("；")],
  ];
  const items = rows.filter(([, told]) => told).map(([label, children]) => ({ key: label, label, children }));
  return (
    <Card size="small" title={`${line.name} × ${line.quantity}`}>
      <Descriptions size="small" column={1} items={items} />
    </Card>
  );
}
