import { Checkbox, Form, Input, InputNumber, Segmented, Select, Space, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { COVERS, options, PAYERS, REPAIRS, STATUSES, word } from "@/app/words";
import { DealerName } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { ChoiceField, NumberField, TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { day, money, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { OrderLineChoice } from "@/parts/OrderLineChoice";
import { type RowColumn, RowsField } from "@/parts/RowsField";

type Card = Schemas["ServiceCard"];

const COLUMNS = [
  { title: "编号", dataIndex: "id", className: "numbers" },
  { title: "申请", dataIndex: "created_at", render: time, className: "numbers" },
  { title: "工单", render: (_: unknown, one: Card) => (one.job_id ? <Link to={`/jobs/${one.job_id}`}>{`${one.job_id} ${word(STATUSES, one.job_status)}`}</Link> : one.closed_at ? "已关闭" : "还没有") },
  { title: "序列号", dataIndex: "serial_number", render: (serial: string | null) => serial ?? "—" },
  { title: "故障", render: (_: unknown, one: Card) => <div className="words">{one.problem ?? (one.job_id ? <span className="quiet">见工单备注</span> : "—")}</div> },
  { title: "保修", render: (_: unknown, one: Card) => <Warranty one={one} /> },
  { title: "报价", render: (_: unknown, one: Card) => <Quoted one={one} /> },
  { title: "", key: "deeds", render: (_: unknown, one: Card) => <Deeds one={one} /> },
];

/** Repairs that somebody asked for: who pays, what it would cost, what the customer says; the oldest first. */
export default function ServiceRequests() {
  const may = useMay();
  const [filters, set] = useFilters("state");
  const rules = may("POST /api/v1/service-requests/{service_id}/ruling");
  const unknown = api.useQuery("get", "/api/v1/waiting", {}, { enabled: rules }).data?.repairs;
  const state = filters.state ?? (rules ? (unknown ? "waiting" : "undecided") : "all");
  const asked = api.useInfiniteQuery("get", "/api/v1/service-requests", { params: { query: { state, limit: 50 } as Query<"/api/v1/service-requests"> } }, PAGED);
  return (
    <div className="page">
      <h1>维修申请</h1>
      <div className="filters">
        <Segmented aria-label="状态" options={options(REPAIRS)} value={state} onChange={(value) => set("state", value)} />
        {may("POST /api/v1/service-requests") && <Ask />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(one) => one.id} empty="没有这样的维修申请" />
    </div>
  );
}

const Warranty = ({ one }: { one: Card }) => (
  <div className="words">
    <Tag>{one.cover_name}</Tag>
    {one.payer_name ? <Tag color="blue">{one.payer_name}付</Tag> : <Tag color="gold">待判责任</Tag>}
    {one.until && <span className="quiet">保至 {day(one.until)}</span>}
    <div>{one.text}</div>
    {one.liable_dealer_id && (
      <div>
        责任网点：<DealerName id={one.liable_dealer_id} /> {one.from_job_id && <Link to={`/jobs/${one.from_job_id}`}>原工单 {one.from_job_id}</Link>}
      </div>
    )}
  </div>
);

function Quoted({ one }: { one: Card }) {
  if (one.quoted_fen === null) return <>—</>;
  return (
    <div className="words">
      <strong className="numbers">{money(one.quoted_fen)}</strong> <span className="quiet">{time(one.quoted_at)}</span>
      <div>{one.quote_text}</div>
      {one.quote_lines.map((line) => (
        <div key={line.item} className="quiet">
          {line.text}
        </div>
      ))}
      {one.answer && <Tag color={one.answer === "agreed" ? "green" : "default"}>{`${one.answer === "agreed" ? "客户同意" : "客户不同意"} ${time(one.answered_at)}`}</Tag>}
    </div>
  );
}

function Deeds({ one }: { one: Card }) {
  const may = useMay();
  const path = { service_id: one.id };
  if (!may("POST /api/v1/service-requests/{service_id}/ruling") || one.closed_at) return null;
  if (one.job_id === null)
    return (
      <Space>
        <Deed<{ order_line_id: number }> size="small" label="关联订单" send={(body, once) => http.POST("/api/v1/service-requests/{service_id}/line", { params: { path, header: { ...once } }, body })}>
          <p>序列号 {one.serial_number} 不在安装记录里。选出它的订单行，就按那件商品的保修建维修工单。</p>
          <LineField />
        </Deed>
        <Deed size="small" danger label="不是本品牌" send={(_, once) => http.POST("/api/v1/service-requests/{service_id}/put-away", { params: { path, header: { ...once } } })}>
          关闭申请，不建工单。
        </Deed>
      </Space>
    );
  return (
    <Space>
      <Deed<Schemas["RulingBody"]>
        size="small"
        label={one.payer ? "改判责任" : "判定责任"}
        initial={{ payer: (one.payer ?? undefined) as Schemas["RulingBody"]["payer"] | undefined }}
        send={(body, once) => http.POST("/api/v1/service-requests/{service_id}/ruling", { params: { path, header: { ...once } }, body })}
      >
        <ChoiceField name="payer" label="费用由谁承担" options={options(PAYERS)} />
        <TextField name="note" label="依据" long most={500} />
      </Deed>
      {one.payer === "customer" && one.job_status === "new" && one.answer !== "agreed" && <Quote one={one} />}
      {one.quoted_fen !== null && one.answer === null && <Answer one={one} />}
    </Space>
  );
}

function Quote({ one }: { one: Card }) {
  const prices = api.useQuery("get", "/api/v1/price-list", {}, { staleTime: 600_000 }).data?.items ?? [];
  const parts: readonly RowColumn[] = [
    {
      name: "item",
      title: "配件或项目",
      width: 320,
      input: (label) => <Select aria-label={label} showSearch optionFilterProp="label" style={{ width: "100%" }} options={prices.map((price) => ({ value: price.code, label: `${price.name} ${money(price.price_fen)}/${price.unit}` }))} />,
    },
    { name: "quantity", title: "数量", width: 90, input: (label) => <InputNumber aria-label={label} min={1} max={999} precision={0} controls={false} /> },
  ];
  return (
    <Deed<{ parts: { item: string; quantity: number }[] }>
      size="small"
      type="primary"
      label={one.quoted_fen === null ? "报价" : "重新报价"}
      width={640}
      initial={{ parts: [] }}
      send={(body, once) => http.POST("/api/v1/service-requests/{service_id}/quote", { params: { path: { service_id: one.id }, header: { ...once } }, body })}
    >
      <p>上门费和远程费按收费规则计算，配件按价目表；客户会收到报价，同意之后才派人。</p>
      <RowsField name="parts" columns={parts} fresh={{ quantity: 1 }} add="加一项配件" />
    </Deed>
  );
}

const Answer = ({ one }: { one: Card }) => (
  <Deed<{ agreed?: boolean; note?: string }>
    size="small"
    label="记录客户答复"
    send={({ agreed, note }, once) =>
      http.POST("/api/v1/service-requests/{service_id}/answer", { params: { path: { service_id: one.id }, header: { ...once } }, body: { agreed: Boolean(agreed), note: note || null } })
    }
  >
    <p>报价 {money(one.quoted_fen)}。不同意：工单取消，不收费。</p>
    <Form.Item name="agreed" valuePropName="checked">
      <Checkbox>客户在电话里同意</Checkbox>
    </Form.Item>
    <TextField name="note" label="说明" long free most={500} />
  </Deed>
);

const LineField = ({ free }: { free?: boolean }) => (
  <Form.Item name="order_line_id" label="订单行" rules={[{ required: !free, message: "请选择订单行" }]}>
    <OrderLineChoice />
  </Form.Item>
);

/** For a customer on the telephone: by the number on the appliance, or by what was bought. */
const Ask = () => (
  <Deed<Schemas["ServiceRequestBody"]>
    type="primary"
    label="新建维修申请"
    initial={{ cover: "goods", units: 1 }}
    send={({ serial_number, ...told }, once) => http.POST("/api/v1/service-requests", { params: { header: { ...once } }, body: { ...told, serial_number: serial_number || null } })}
  >
    <Form.Item name="serial_number" label="序列号" extra="不知道序列号时，按订单选商品" rules={[{ pattern: /^[0-9A-Za-z-]{5,40}$/, message: "5 到 40 位字母、数字" }]}>
      <Input maxLength={40} />
    </Form.Item>
    <LineField free />
    <div className="three">
      <ChoiceField name="cover" label="要修的是" options={options(COVERS)} />
      <NumberField name="units" label="台数" />
    </div>
    <TextField name="problem" label="故障" long />
  </Deed>
);
