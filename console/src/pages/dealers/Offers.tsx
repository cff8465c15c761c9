import { Card, Checkbox, Descriptions, Empty, Form, Segmented, Space, Statistic, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { DECLINES, KINDS, OFFERS, options, word, ZONES } from "@/app/words";
import { here } from "@/parts/days";
import { Deed } from "@/parts/Deed";
import { ChoiceField, TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { metres, money, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { Loaded } from "@/parts/Loaded";

type Offer = Schemas["OfferCard"];

/** What this dealer is asked to do: until when, what it pays and why, why it was asked, and whether there is room. */
export default function Offers() {
  const [filters, set] = useFilters("status");
  return (
    <div className="page">
      <h1>派单</h1>
      <div className="filters">
        <Segmented options={options(OFFERS)} value={filters.status ?? "open"} onChange={(status) => set("status", status === "open" ? null : status)} />
      </div>
      {filters.status ? <Past status={filters.status} /> : <Open />}
    </div>
  );
}

function Open() {
  const asked = api.useQuery("get", "/api/v1/offers", { params: { query: { limit: 100 } } }, { refetchInterval: 10_000 });
  return (
    <Loaded asked={asked}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty description="现在没有待接的单；有新派单时这里会自动出现" />
        ) : (
          <div className="columns">
            {items.map((offer) => (
              <One key={offer.id} offer={offer} />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

function One({ offer }: { offer: Offer }) {
  const items = [
    { label: "地点", children: `${offer.division_name ?? "—"}（${word(ZONES, offer.zone)}，${metres(offer.distance_m)}）` },
    { label: "这一单的费用", children: <Fee offer={offer} /> },
    { label: "为什么派给我", children: offer.reasons.join("；") },
    { label: "排期", children: <Room offer={offer} /> },
    ...(offer.note ? [{ label: "客服留言", children: offer.note }] : []),
  ];
  return (
    <Card
      size="small"
      title={
        <>
          {offer.product_name} × {offer.units} <Tag>{word(KINDS, offer.kind)}</Tag>
          {offer.by_hand && <Tag color="purple">客服指定</Tag>}
        </>
      }
      extra={<Until at={offer.expires_at} />}
    >
      <Descriptions size="small" column={1} items={items.map((item) => ({ key: item.label, ...item }))} />
      <Space style={{ marginTop: 8 }}>
        <Accept offer={offer} />
        <Decline offer={offer} />
        <Link to={`/jobs/${offer.job_id}`}>工单 {offer.job_id}</Link>
      </Space>
    </Card>
  );
}

const Until = ({ at }: { at: string }) => (
  <span title={`${time(at)} 前有效`} className="until">
    剩余 <Statistic.Timer type="countdown" value={here(at)} format="HH:mm:ss" styles={{ content: { fontSize: 14, fontWeight: 600 } }} />
  </span>
);

const Fee = ({ offer }: { offer: Offer }) => (
  <div>
    <strong>{offer.fee_fen == null ? "上门后计算" : money(offer.fee_fen)}</strong>
    <div className="quiet">{offer.fee_text}</div>
    {offer.agreed_fen != null && <div>已约定远程费 {money(offer.agreed_fen)}</div>}
  </div>
);

const full = (offer: Offer): boolean => offer.capacity_left != null && offer.earliest == null;

function Room({ offer }: { offer: Offer }) {
  if (full(offer)) return <Tag color="red">30 天内已排满</Tag>;
  return <>{offer.capacity_left == null ? "没有设产能上限" : `30 天内还可接 ${offer.capacity_left} 台，最早 ${offer.earliest}`}</>;
}

const Accept = ({ offer }: { offer: Offer }) => (
  <Deed<{ beyond_capacity?: boolean }>
    type="primary"
    label="接单"
    send={(body, once) => http.POST("/api/v1/offers/{offer_id}/accept", { params: { path: { offer_id: offer.id }, header: { ...once } }, body })}
  >
    <p>
      {offer.product_name} × {offer.units}，{offer.division_name}。{offer.fee_fen != null && `费用 ${money(offer.fee_fen)}。`}接单后请按时联系客户。
    </p>
    {full(offer) && (
      <Form.Item name="beyond_capacity" valuePropName="checked" rules={[{ required: true, message: "请勾选" }]}>
        <Checkbox>排期已满，仍然接单</Checkbox>
      </Form.Item>
    )}
  </Deed>
);

const Decline = ({ offer }: { offer: Offer }) => (
  <Deed<Schemas["JobDeclineBody"]>
    label="拒单"
    send={(body, once) => http.POST("/api/v1/offers/{offer_id}/decline", { params: { path: { offer_id: offer.id }, header: { ...once } }, body })}
  >
    <ChoiceField name="reason" label="原因" options={options(DECLINES)} />
    <TextField name="note" label="说明" free long />
  </Deed>
);

const PAST = [
  { title: "工单", dataIndex: "job_id", render: (id: number, offer: Offer) => (offer.status === "accepted" ? <Link to={`/jobs/${id}`}>{id}</Link> : id) },
  { title: "商品", dataIndex: "product_name" },
  { title: "台数", dataIndex: "units", align: "right" as const },
  { title: "地点", dataIndex: "division_name" },
  { title: "区域", dataIndex: "zone", render: (zone: string) => word(ZONES, zone) },
  { title: "里程", dataIndex: "distance_m", render: metres },
  { title: "费用", dataIndex: "fee_fen", align: "right" as const, className: "numbers", render: money },
  { title: "派出", dataIndex: "offered_at", render: time },
  { title: "有效至", dataIndex: "expires_at", render: time },
];

function Past({ status }: { status: string }) {
  const query = { status, limit: 50 } as Query<"/api/v1/offers">;
  const asked = api.useInfiniteQuery("get", "/api/v1/offers", { params: { query } }, PAGED);
  return <Lines asked={asked} columns={PAST} rowKey={(offer) => offer.id} empty="没有" />;
}
