import { Card, DatePicker, Descriptions, Form, Input, InputNumber, Select } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { now } from "@/parts/days";
import { Deed } from "@/parts/Deed";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { type RowColumn, RowsField } from "@/parts/RowsField";

type Version = Schemas["GuideVersion"];
type Content = Schemas["Content"];

/** What customers and installers are told about a product: versions, the draft of the next one, and its publication. */
export function Guides({ sku }: { sku: string }) {
  const may = useMay();
  const [filters, set] = useFilters("version");
  const asked = api.useQuery("get", "/api/v1/products/{sku}/guides", { params: { path: { sku } } });
  return (
    <Loaded asked={asked}>
      {({ items }) => {
        const draft = items.find((one) => one.state === "draft");
        const chosen = items.find((one) => one.version === number(filters.version)) ?? items[0];
        return (
          <>
            <div className="filters">
              {chosen && <Select aria-label="版本" style={{ width: 340 }} value={chosen.version} onChange={(version) => set("version", version)} options={items.map((one) => ({ value: one.version, label: named(one) }))} />}
              {may("PUT /api/v1/products/{sku}/guide/draft") && <Draft sku={sku} from={draft ?? items[0]} />}
              {draft && may("POST /api/v1/products/{sku}/guide/publish") && <Publish sku={sku} />}
            </div>
            {chosen ? <Shown content={chosen.content} /> : <p className="quiet">还没有商品说明。</p>}
          </>
        );
      }}
    </Loaded>
  );
}

function named({ version, state, effective_from, in_force_at }: Version): string {
  if (state === "draft") return `第 ${version} 版（草稿）`;
  const begun = effective_from !== null && new Date(effective_from) <= now();
  return `第 ${version} 版（${begun ? "已生效" : "未生效"}）${time(in_force_at ?? effective_from)} 起`;
}

const list = (lines: readonly string[]) => lines.length > 0 && <ol className="plain">{lines.map((line) => <li key={line}>{line}</li>)}</ol>;

function Shown({ content }: { content: Content }) {
  const facts = [
    { label: "免费包含", children: list(content.included) },
    { label: "另外收费", children: list(content.paid) },
    { label: "提前预约", children: content.lead_days !== null && `${content.lead_days} 天` },
    { label: "视频", children: content.video_url && <a href={content.video_url} target="_blank" rel="noreferrer">{content.video_url}</a> },
    { label: "自行安装", children: list(content.steps) },
    { label: "故障排查", children: list(content.troubles.map(({ symptom, checks }) => `${symptom}：${checks.join("；")}`)) },
    { label: "怎么拍", children: list(content.shots.map(({ slot, text }) => `${slot}：${text}`)) },
    { label: "提示", children: list(content.notes) },
  ];
  return (
    <Card size="small">
      <Descriptions size="small" column={1} items={facts.filter((fact) => fact.children).map((fact) => ({ key: fact.label, ...fact }))} />
    </Card>
  );
}

type Told = Omit<Schemas["GuideContentBody"], "troubles"> & { troubles: { symptom: string; checks: string }[] };

const TEXTS = [
  { name: "included", label: "免费包含", most: 12 },
  { name: "paid", label: "另外收费", most: 20 },
  { name: "steps", label: "自行安装的步骤", most: 20 },
  { name: "notes", label: "提示", most: 20 },
] as const;

const TROUBLES: readonly RowColumn[] = [
  { name: "symptom", title: "故障", width: 200, input: (label) => <Input aria-label={label} maxLength={60} /> },
  { name: "checks", title: "依次检查（一行一项）", input: (label) => <Input.TextArea aria-label={label} rows={3} /> },
];
const SHOTS: readonly RowColumn[] = [
  { name: "slot", title: "拍照项编码", width: 200, input: (label) => <Input aria-label={label} maxLength={40} /> },
  { name: "text", title: "怎么拍", input: (label) => <Input aria-label={label} maxLength={200} /> },
];

const lines = (text: string | undefined): string[] => (text ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
const BY_LINE = { getValueProps: (kept?: string[]) => ({ value: (kept ?? []).join("\n") }), normalize: (text: string) => text.split("\n") };

/** Begun from the draft, or from the newest version. */
function Draft({ sku, from }: { sku: string; from?: Version }) {
  const content = from?.content;
  const initial = content && { ...content, troubles: content.troubles.map(({ symptom, checks }) => ({ symptom, checks: checks.join("\n") })) };
  return (
    <Deed<Told>
      type="primary"
      label="编写草稿"
      width={860}
      initial={initial as Partial<Told> | undefined}
      send={({ troubles, video_url, ...told }, once) =>
        http.PUT("/api/v1/products/{sku}/guide/draft", {
          params: { path: { sku }, header: { ...once } },
          body: {
            ...told,
            ...Object.fromEntries(TEXTS.map(({ name }) => [name, lines(told[name]?.join("\n"))])),
            video_url: video_url || null,
            troubles: (troubles ?? []).map(({ symptom, checks }) => ({ symptom, checks: lines(checks) })),
            shots: told.shots ?? [],
          },
        })
      }
    >
      <div className="three">
        <Form.Item name="lead_days" label="提前预约" extra="不填：按商品">
          <InputNumber min={0} max={90} precision={0} suffix="天" style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="video_url" label="视频地址" rules={[{ pattern: /^https:\/\/\S+$/, message: "以 https:// 开头" }]}>
          <Input maxLength={500} />
        </Form.Item>
      </div>
      {TEXTS.map(({ name, label, most }) => (
        <Form.Item key={name} name={name} label={`${label}（一行一条，最多 ${most} 条）`} {...BY_LINE}>
          <Input.TextArea rows={2} />
        </Form.Item>
      ))}
      <Form.Item label="故障排查">
        <RowsField name="troubles" columns={TROUBLES} fresh={{}} add="加一种故障" />
      </Form.Item>
      <Form.Item label="怎么拍">
        <RowsField name="shots" columns={SHOTS} fresh={{}} add="加一张照片" />
      </Form.Item>
    </Deed>
  );
}

const Publish = ({ sku }: { sku: string }) => (
  <Deed<{ effective_from?: Dayjs | null }>
    label="发布"
    title="发布草稿：发布后不能再改"
    send={({ effective_from }, once) =>
      http.POST("/api/v1/products/{sku}/guide/publish", { params: { path: { sku }, header: { ...once } }, body: { effective_from: effective_from?.toISOString() } })
    }
  >
    <Form.Item name="effective_from" label="生效时间" extra="不填：立即生效；已经给出的承诺仍是原来的一版">
      <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
    </Form.Item>
  </Deed>
);
