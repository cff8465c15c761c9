import { Checkbox, Form, InputNumber, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { DEALER_STATES, options, PARTIES, type Words, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { ChoiceField, TextField } from "@/parts/fields";
import { Lines, PAGED } from "@/parts/Lines";

type Dealer = Schemas["DealerLine"];
type Body = Schemas["DealerBody"];

const COLOURS: Words = { active: "green", leaving: "gold", ended: "default" };
const FRESH: Partial<Body> = { status: "active", party: "company", outlet_datum: "gcj02", opening_days: 127, holidays_open: true };

const COLUMNS = [
  { title: "网点", dataIndex: "name", render: (name: string, { id }: Dealer) => <Link to={`/dealers/${id}`}>{name}</Link> },
  { title: "编码", dataIndex: "code" },
  { title: "状态", dataIndex: "status", render: (status: string) => <Tag color={COLOURS[status]}>{word(DEALER_STATES, status)}</Tag> },
  { title: "主体", dataIndex: "party", render: (party: string) => word(PARTIES, party) },
  { title: "联盟", dataIndex: "alliance", render: (is: boolean) => (is ? "是" : "否") },
  { title: "授权自动接单", dataIndex: "auto_accept", render: (is: boolean) => (is ? "是" : "否") },
  { title: "评分", dataIndex: "score", align: "right" as const, className: "numbers" },
  { title: "位置", render: (_: unknown, one: Dealer) => (one.outlet_lng == null ? <Tag color="red">没有位置</Tag> : "有") },
  { title: "", render: (_: unknown, dealer: Dealer) => <EditDealer dealer={dealer} /> },
];

/** All dealers; what one covers and can do stands on its own page. */
export default function Dealers() {
  const asked = api.useInfiniteQuery("get", "/api/v1/dealers", { params: { query: { limit: 100 } } }, PAGED);
  return (
    <div className="page">
      <h1>网点</h1>
      <div className="filters">
        <EditDealer />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(dealer) => dealer.id} empty="还没有网点" />
    </div>
  );
}

/** A dealer is known by its code, which stays. What isn't told falls back to the default, so all of it is sent. */
function EditDealer({ dealer }: { dealer?: Dealer }) {
  const send = (told: Body, once: object) =>
    http.POST("/api/v1/dealers", { params: { header: { ...once } }, body: { ...told, code: dealer?.code ?? told.code, short_name: told.short_name || null } });
  return (
    <Deed<Body>
      label={dealer ? "修改" : "新增网点"}
      title={dealer ? `修改：${dealer.name}` : undefined}
      size={dealer && "small"}
      type={dealer ? undefined : "primary"}
      width={760}
      initial={(dealer as Partial<Body> | undefined) ?? FRESH}
      send={send}
    >
      <div className="three">
        {!dealer && <TextField name="code" label="编码" />}
        <TextField name="name" label="名称" />
        <TextField name="short_name" label="简称" free />
        <ChoiceField name="status" label="状态" options={options(DEALER_STATES)} />
        <ChoiceField name="party" label="主体" options={options(PARTIES)} />
        <Degree name="outlet_lng" label="经度" />
        <Degree name="outlet_lat" label="纬度" />
        <ChoiceField name="outlet_datum" label="坐标系" options={DATUMS} />
      </div>
      <Form.Item name="opening_days" label="上门日" getValueProps={daysOf} normalize={bitsOf}>
        <Checkbox.Group options={DAYS} />
      </Form.Item>
      <Yes name="alliance" label="联盟成员" />
      <Yes name="auto_accept" label="授权自动接单（网点自己再按品类打开）" />
      <Yes name="holidays_open" label="节假日也上门" />
    </Deed>
  );
}

const DAYS = [..."一二三四五六日"].map((name, value) => ({ value, label: `周${name}` }));

/** Days of the week are kept as bits, Monday the lowest. */
const daysOf = (bits: number) => ({ value: DAYS.map(({ value }) => value).filter((day) => (bits >> day) & 1) });
const bitsOf = (days: number[]) => days.reduce((bits, day) => bits | (1 << day), 0);

const DATUMS = [
  { value: "gcj02", label: "高德、腾讯（GCJ-02）" },
  { value: "wgs84", label: "GPS（WGS-84）" },
];

const Degree = ({ name, label }: { name: string; label: string }) => (
  <Form.Item name={name} label={label}>
    <InputNumber min={-180} max={180} precision={6} controls={false} style={{ width: "100%" }} />
  </Form.Item>
);

const Yes = ({ name, label }: { name: string; label: string }) => (
  <Form.Item name={name} valuePropName="checked" style={{ marginBottom: 8 }}>
    <Checkbox>{label}</Checkbox>
  </Form.Item>
);
