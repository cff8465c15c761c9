import { Card, DatePicker, Descriptions, Form, Result, Select, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { Link, useParams } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { KINDS, ORDER_EVENTS, ORDER_LINES, QUEUES, RESOLUTIONS, STATUS_COLOURS, STATUSES, word } from "@/app/words";
import { ChannelName } from "@/parts/channels";
import { Deed, type Once } from "@/parts/Deed";
import { MoneyField, TextField } from "@/parts/fields";
import { number } from "@/parts/filters";
import { day, money, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { WideTable } from "@/parts/WideTable";

type Whole = Schemas["OrderPage"];
type Line = Schemas["LinePage"];
type Event = Schemas["OrderEventBody"];

/** One order: its lines, the jobs that came of them, and what the shop told since. */
export default function Order() {
  const id = number(useParams().orderId);
  const asked = api.useQuery("get", "/api/v1/orders/{order_id}", { params: { path: { order_id: id ?? 0 } } }, { enabled: id !== undefined });
  if (id === undefined) return <Result status="404" title="没有这个订单" />;
  return (
    <div className="page">
      <Loaded asked={asked}>{(order) => <Shown order={order} />}</Loaded>
    </div>
  );
}

const COLUMNS = [
  { title: "行", dataIndex: "line_number" },
  { title: "商品", render: (_: unknown, line: Line) => `${line.title}（${line.sku}）× ${line.quantity}` },
  { title: "状态", dataIndex: "state", render: (state: string) => <Tag>{word(ORDER_LINES, state)}</Tag> },
  { title: "实付", dataIndex: "paid_fen", align: "right" as const, className: "numbers", render: money },
  { title: "已退", dataIndex: "refunded_fen", align: "right" as const, className: "numbers", render: (fen: number) => (fen ? money(fen) : "—") },
  { title: "签收", dataIndex: "delivered_at", render: time, className: "numbers" },
  { title: "期望上门", dataIndex: "wanted_on", render: day, className: "numbers" },
  { title: "工单", dataIndex: "jobs", render: (jobs: Line["jobs"]) => jobs.map((job) => <Job key={job.id} job={job} />) },
  {
    title: "变更",
    dataIndex: "events",
    render: (events: Line["events"]) => events.map((event) => <div key={`${event.at}${event.kind}`}>{`${time(event.at)} ${word(ORDER_EVENTS, event.kind)}`}</div>),
  },
];

const Job = ({ job }: { job: Line["jobs"][number] }) => (
  <div>
    <Link to={`/jobs/${job.id}`}>
      {job.id} {word(KINDS, job.kind)}
    </Link>{" "}
    <Tag color={STATUS_COLOURS[job.status]}>{word(STATUSES, job.status)}</Tag>
    {job.queue && <Tag color="red">{word(QUEUES, job.queue)}</Tag>}
  </div>
);

function Shown({ order }: { order: Whole }) {
  const may = useMay();
  const contact = order.contact;
  const facts = [
    { label: "店铺", children: <ChannelName id={order.channel_id} /> },
    { label: "下单", children: time(order.ordered_at ?? order.created_at) },
    { label: "收货人", children: contact && `${contact.name} ${contact.phone}` },
    { label: "地址", children: contact?.address },
    { label: "地址识别", children: RESOLUTIONS[order.resolution] ?? "已识别" },
  ];
  return (
    <>
      <h1>订单 {order.number}</h1>
      {may("POST /api/v1/orders/{order_id}/events") && <Events order={order} />}
      <Card size="small" style={{ marginBottom: 16 }}>
        <Descriptions size="small" column={3} items={facts.filter((fact) => fact.children).map((fact) => ({ key: fact.label, ...fact }))} />
      </Card>
      <WideTable columns={COLUMNS} dataSource={order.lines} rowKey="id" />
    </>
  );
}

interface Told {
  line_number?: number;
  refund_fen?: number;
  address?: string;
  delivered_at?: Dayjs | null;
}

/** What the customer or the shop tells by telephone; it happens once, however often it is told. */
function Events({ order }: { order: Whole }) {
  const send = (kind: Event["kind"]) => ({ delivered_at, ...told }: Told, once: Once) =>
    http.POST("/api/v1/orders/{order_id}/events", {
      params: { path: { order_id: order.id }, header: { ...once } },
      body: { kind, ...told, delivered_at: delivered_at?.toISOString() },
    });
  return (
    <Space style={{ marginBottom: 12 }}>
      <Deed<Told> label="登记签收" send={send("delivery")}>
        <Which order={order} all="全部" />
        <Form.Item name="delivered_at" label="签收时间" rules={[{ required: true, message: "请填写签收时间" }]}>
          <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
        </Form.Item>
      </Deed>
      <Deed<Told> label="更改地址" send={send("address")}>
        <p>还没有上门的工单会重新识别地址，必要时改派；已在服务中的转客服处理。</p>
        <TextField name="address" label="新地址" help="省、市、区县写在前面" />
      </Deed>
      <Deed<Told> danger label="登记退款" send={send("refund")}>
        <p>没有上门的工单会取消；已上门的转客服处理。</p>
        <Which order={order} all="全部" />
        <MoneyField name="refund_fen" label="退款金额" free least={0.01} help="不填：全额" />
      </Deed>
    </Space>
  );
}

const Which = ({ order, all }: { order: Whole; all: string }) => (
  <Form.Item name="line_number" label="商品">
    <Select allowClear placeholder={all} options={order.lines.map((line) => ({ value: line.line_number, label: `${line.line_number} ${line.title} × ${line.quantity}` }))} />
  </Form.Item>
);
