import { Button, Form, Segmented, Space, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { COMPLAINTS, options } from "@/app/words";
import { Cause } from "@/parts/Cause";
import { ChannelPick, useChannels } from "@/parts/channels";
import { Deed } from "@/parts/Deed";
import { type Chosen, ChoiceField, FileField, formOf, TextField } from "@/parts/fields";
import { FileOutcome } from "@/parts/FileOutcome";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { OrderLineChoice } from "@/parts/OrderLineChoice";

type Card = Schemas["ReviewCard"];
type Category = NonNullable<Schemas["ReviewComplaintBody"]["category"]>;

const STATES = [
  { value: "unanswered", label: "未答复的差评" },
  { value: "bad", label: "差评" },
  { value: "loose", label: "未关联订单" },
  { value: "all", label: "全部" },
];

/** What customers wrote on the platforms: what waits for an answer first. */
export default function Reviews() {
  const may = useMay();
  const [filters, set] = useFilters("state", "channel", "job");
  const state = filters.state ?? "unanswered";
  const query = { state, channel_id: number(filters.channel), job_id: number(filters.job), limit: 50 } as Query<"/api/v1/reviews">;
  const asked = api.useInfiniteQuery("get", "/api/v1/reviews", { params: { query } }, PAGED);
  const choices = useChannels().map((shop) => ({ value: shop.id, label: shop.name }));
  return (
    <div className="page">
      <h1>平台评价</h1>
      <div className="filters">
        <Segmented aria-label="哪些评价" options={STATES} value={state} onChange={(chosen) => set("state", chosen)} />
        <ChannelPick value={number(filters.channel)} onChange={(id) => set("channel", id)} />
        {may("POST /api/v1/review-imports") && <Import shops={choices} />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有这样的评价" />
    </div>
  );
}

const COLUMNS = [
  { title: "星", dataIndex: "score", render: (score: number, line: Card) => <Tag color={line.bad ? "red" : "green"}>{score} 星</Tag> },
  {
    title: "评价",
    render: (_: unknown, line: Card) => (
      <div style={{ maxWidth: 460, whiteSpace: "normal" }}>
        {line.text ?? <span className="quiet">内容已删除</span>}
        {line.follow_up && <div>追评：{line.follow_up}</div>}
        {line.answer && <div className="quiet">已答复：{line.answer}</div>}
      </div>
    ),
  },
  { title: "原因", dataIndex: "cause_name", render: (name: string | null) => name ?? "—" },
  { title: "店铺", dataIndex: "channel_name" },
  { title: "评价于", dataIndex: "reviewed_at", render: time },
  {
    title: "工单",
    dataIndex: "job_id",
    render: (id: number | null, line: Card) => (id ? <Link to={`/jobs/${id}`}>{id}</Link> : (line.order_number ?? "未关联")),
  },
  { title: "", key: "deeds", render: (_: unknown, line: Card) => <Deeds line={line} /> },
];

function Deeds({ line }: { line: Card }) {
  const may = useMay();
  if (!may("POST /api/v1/reviews/{review_id}/answer")) return null;
  const path = { review_id: line.id };
  return (
    <Space>
      <Deed<{ text: string }>
        size="small"
        label={line.answer ? "改答复" : "记录答复"}
        initial={{ text: line.answer ?? undefined }}
        send={(body, header) => http.POST("/api/v1/reviews/{review_id}/answer", { params: { path, header }, body })}
      >
        <TextField name="text" label="在平台上的答复" long />
      </Deed>
      {line.job_id !== null && line.complaint_id === null && (
        <Deed<{ category: Category }>
          size="small"
          label="转为投诉"
          send={(body, header) => http.POST("/api/v1/reviews/{review_id}/complaint", { params: { path, header }, body })}
        >
          <ChoiceField name="category" label="类别" options={options(COMPLAINTS)} />
        </Deed>
      )}
      {line.bad && <Cause source="review" id={line.id} cause={line.cause} />}
      {line.complaint_id !== null && <Link to={`/complaints?complaint=${line.complaint_id}`}>投诉 {line.complaint_id}</Link>}
      {line.order_line_id === null && (
        <Deed<{ order_line_id: number }>
          size="small"
          label="关联订单"
          send={(body, header) => http.POST("/api/v1/reviews/{review_id}/link", { params: { path, header }, body })}
        >
          <Form.Item name="order_line_id" label="订单行" rules={[{ required: true, message: "请选择订单行" }]}>
            <OrderLineChoice order={line.order_number} channel={line.channel_id} />
          </Form.Item>
        </Deed>
      )}
    </Space>
  );
}

function Import({ shops }: { shops: { value: number; label: string }[] }) {
  const [done, setDone] = useState<Schemas["ReviewsImported"]>();
  return (
    <>
      <Deed<{ channel_id: string; file: Chosen[] }>
        label="导入评价文件"
        send={async ({ channel_id, file }, once) => {
          const { data } = await http.POST("/api/v1/review-imports", { params: { header: { ...once } }, body: formOf(file, { channel_id }) });
          setDone(data);
        }}
      >
        <ChoiceField name="channel_id" label="店铺" options={shops.map((shop) => ({ value: String(shop.value), label: shop.label }))} />
        <FileField name="file" label="文件（CSV 或 XLSX）" accept=".csv,.xlsx" />
      </Deed>
      <Button type="link" href="/api/v1/review-imports/template.csv">
        文件模板
      </Button>
      {done && <FileOutcome told={`共 ${done.rows} 行：新增 ${done.new}`} bad={done.bad} errors={`/api/v1/review-imports/${done.id}/errors.csv`} />}
    </>
  );
}
