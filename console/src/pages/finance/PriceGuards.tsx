import { Card, Form, Input, Segmented, Tag } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { ChannelName, ChannelPick } from "@/parts/channels";
import { today } from "@/parts/days";
import { Deed } from "@/parts/Deed";
import { dayOf, DayField, MoneyField, TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { FEN, WORDS } from "./columns";

type Alert = Schemas["AlertLine"];
type Guard = Schemas["GuardLine"];

const STATES = [
  { value: "true", label: "待处理" },
  { value: "false", label: "已处理" },
];

const ALERTS = [
  { title: "订单", dataIndex: "order_number" },
  { title: "店铺", dataIndex: "channel_id", render: (id: number) => <ChannelName id={id} /> },
  { title: "商品", dataIndex: "sku" },
  { title: "预警", dataIndex: "text", ...WORDS },
  { title: "发现", dataIndex: "raised_at", render: time, className: "numbers" },
  { title: "处理", render: (_: unknown, alert: Alert) => (alert.closed_at ? <div className="words">{`${time(alert.closed_at)} ${alert.note ?? ""}`}</div> : <Close alert={alert} />) },
];

/** Sales below the floor or on a shop that may not sell it, and what guards the prices. */
export default function PriceGuards() {
  const [filters, set] = useFilters("open");
  const open = filters.open !== "false";
  const asked = api.useInfiniteQuery("get", "/api/v1/price-alerts", { params: { query: { open, limit: 50 } } }, PAGED);
  return (
    <div className="page">
      <h1>价格保护</h1>
      <div className="filters">
        <Segmented aria-label="预警" options={STATES} value={String(open)} onChange={(value) => set("open", value === "false" ? value : null)} />
      </div>
      <Lines asked={asked} columns={ALERTS} rowKey={(alert) => alert.id} empty={open ? "没有待处理的价格预警" : "还没有处理过"} />
      <Guards />
    </div>
  );
}

const Close = ({ alert }: { alert: Alert }) => (
  <Deed<{ note: string }>
    size="small"
    label="处理"
    title={`处理预警：${alert.text}`}
    send={(body, once) => http.POST("/api/v1/price-alerts/{price_alert_id}/close", { params: { path: { price_alert_id: alert.id }, header: { ...once } }, body })}
  >
    <TextField name="note" label="做了什么" long most={200} />
  </Deed>
);

const GUARDS = [
  { title: "商品", dataIndex: "sku" },
  { title: "自", dataIndex: "effective_from", className: "numbers" },
  { title: "线上底价", dataIndex: "floor_fen", ...FEN },
  { title: "独家店铺", dataIndex: "exclusive_channel_id", render: (id: number | null) => (id == null ? "—" : <ChannelName id={id} />) },
  { title: "", render: (_: unknown, guard: Guard) => state(guard) },
  { title: "设定", dataIndex: "created_at", render: time, className: "numbers" },
];

function state(guard: Guard) {
  if (guard.floor_fen == null && guard.exclusive_channel_id == null) return <Tag>解除</Tag>;
  return guard.effective_from > today() ? <Tag color="gold">未开始</Tag> : null;
}

function Guards() {
  const may = useMay();
  const [filters, set] = useFilters("sku");
  const asked = api.useInfiniteQuery("get", "/api/v1/price-guards", { params: { query: { sku: filters.sku, limit: 20 } } }, PAGED);
  return (
    <Card size="small" title="设定（同一商品以最新已开始的一条为准）" style={{ marginTop: 16 }} extra={may("POST /api/v1/price-guards") && <Set />}>
      <div className="filters">
        <Input.Search allowClear aria-label="商家编码" placeholder="商家编码" style={{ width: 200 }} defaultValue={filters.sku} onSearch={(text) => set("sku", text.trim())} />
      </div>
      <Lines asked={asked} columns={GUARDS} rowKey={(guard) => guard.id} empty="没有价格保护" />
    </Card>
  );
}

type Told = Omit<Schemas["GuardBody"], "effective_from"> & { effective_from: Dayjs };

const Set = () => (
  <Deed<Told>
    label="设定价格保护"
    send={({ effective_from, ...told }, once) => http.POST("/api/v1/price-guards", { params: { header: { ...once } }, body: { ...told, effective_from: dayOf(effective_from) } })}
  >
    <p>自那天起的订单会立即查一遍，分成也重新计算。底价与独家都不填：解除保护。</p>
    <TextField name="sku" label="商家编码" />
    <DayField name="effective_from" label="自哪天的订单起" />
    <MoneyField name="floor_fen" label="线上底价（每件）" free least={0.01} />
    <Form.Item name="exclusive_channel_id" label="只许这家店铺销售">
      <ChannelPick />
    </Form.Item>
  </Deed>
);
