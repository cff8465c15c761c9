import { Input, Select, Tag } from "antd";
import { Link, useNavigate } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { options, ORDER_LINES, RESOLUTIONS, word } from "@/app/words";
import { ChannelName, ChannelPick } from "@/parts/channels";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { NewOrder } from "./NewOrder";

type Card = Schemas["OrderCard"];

const COLUMNS = [
  { title: "订单号", dataIndex: "number", render: (text: string, order: Card) => <Link to={`/orders/${order.id}`}>{text}</Link> },
  { title: "店铺", dataIndex: "channel_id", render: (id: number) => <ChannelName id={id} /> },
  { title: "状态", dataIndex: "states", render: (states: string[]) => states.map((state) => <Tag key={state}>{word(ORDER_LINES, state)}</Tag>) },
  { title: "地址", dataIndex: "resolution", render: (code: string) => (RESOLUTIONS[code] ? <Tag color="gold">{RESOLUTIONS[code]}</Tag> : "已识别") },
  { title: "未完工单", dataIndex: "open_jobs", align: "right" as const, className: "numbers" },
  { title: "下单", render: (_: unknown, order: Card) => time(order.ordered_at ?? order.created_at), className: "numbers" },
];

/** What was bought, newest first: a dealer sees the orders of the shops it operates. */
export default function Orders() {
  const may = useMay();
  const go = useNavigate();
  const [filters, set] = useFilters("number", "channel_id", "state");
  const query = { ...filters, channel_id: number(filters.channel_id), limit: 50 } as Query<"/api/v1/orders">;
  const asked = api.useInfiniteQuery("get", "/api/v1/orders", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>订单</h1>
      <div className="filters">
        <Input.Search key={filters.number} allowClear aria-label="订单号" placeholder="订单号" maxLength={64} style={{ width: 220 }} defaultValue={filters.number} onSearch={(text) => set("number", text.trim())} />
        <ChannelPick value={number(filters.channel_id)} onChange={(id) => set("channel_id", id)} />
        <Select allowClear aria-label="状态" placeholder="状态" style={{ width: 130 }} options={options(ORDER_LINES)} value={filters.state} onChange={(state) => set("state", state)} />
        {may("POST /api/v1/orders") && <NewOrder />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(order) => order.id} empty="没有符合条件的订单" onOpen={(order) => void go(`/orders/${order.id}`)} />
    </div>
  );
}
