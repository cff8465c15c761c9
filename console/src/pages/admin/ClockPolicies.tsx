import { DatePicker, Form, Select, Space, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { CLOCKS, COUNTS, FAMILIES, options, word, type Words, ZONES } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { useChannelNames } from "@/parts/channels";
import { now } from "@/parts/days";
import { ChoiceField, NumberField, TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { Corrections } from "./Corrections";
import { Previewed } from "./Previewed";

type Policy = Schemas["PolicyLine"];
type Given = Schemas["PolicyGivenBody"];

interface Told extends Omit<Given, "effective_from" | "effective_until" | "window_s"> {
  minutes: number;
  effective_from: Dayjs;
  effective_until?: Dayjs | null;
  reason: string;
}

/** The rules by which clocks run: defaults, versions, and what replaced them. */
export default function ClockPolicies() {
  const [filters, set] = useFilters("kind");
  const categories = useCategories();
  const channels = useChannelNames();
  const asked = api.useInfiniteQuery("get", "/api/v1/clock-policies", { params: { query: { limit: 100 } } }, PAGED);
  const shown = filters.kind && asked.data ? { ...asked, data: only(asked.data, filters.kind) } : asked;
  return (
    <div className="page">
      <h1>时效规则</h1>
      <div className="filters">
        <Select allowClear placeholder="时效" aria-label="时效" style={{ width: 160 }} options={options(CLOCKS)} value={filters.kind} onChange={(value) => set("kind", value)} />
        <Change />
      </div>
      <Lines asked={shown} columns={columnsOf(categories, channels)} rowKey={(one) => one.place} empty="没有时效规则" />
      <Corrections />
    </div>
  );
}

const only = (data: { pages: { items: Policy[] }[] }, kind: string) => ({
  pages: data.pages.map(({ items }) => ({ items: items.filter((one) => one.kind === kind) })),
});

const columnsOf = (categories: Words, channels: Words) => [
  { title: "时效", dataIndex: "kind", render: (kind: string) => word(CLOCKS, kind) },
  { title: "性质", dataIndex: "family", render: (family: string) => word(FAMILIES, family) },
  { title: "时长", className: "numbers", render: (_: unknown, one: Policy) => `${lasting(one.window_s)}（${word(COUNTS, one.counts)}）` },
  {
    title: "适用",
    render: (_: unknown, one: Policy) =>
      [one.channel_id && word(channels, String(one.channel_id)), one.category_code && word(categories, one.category_code), one.zone && word(ZONES, one.zone)].filter(Boolean).join("，") || "全部",
  },
  { title: "生效", dataIndex: "effective_from", className: "numbers", render: time },
  { title: "截止", dataIndex: "effective_until", className: "numbers", render: time },
  { title: "状态", render: (_: unknown, one: Policy) => <State policy={one} /> },
  {
    title: "",
    render: (_: unknown, one: Policy) =>
      one.ended_by == null && (
        <Space>
          <Change policy={one} />
          {one.id != null && <Withdraw id={one.id} />}
        </Space>
      ),
  },
];

function State({ policy }: { policy: Policy }) {
  if (policy.id == null) return <Tag>默认</Tag>;
  if (policy.ended_by != null) return <Tag>已撤销</Tag>;
  if (policy.effective_until && dayjs(policy.effective_until).isBefore(now())) return <Tag>已过期</Tag>;
  return dayjs(policy.effective_from).isAfter(now()) ? <Tag color="gold">未生效</Tag> : <Tag color="green">生效中</Tag>;
}

/** 5400 → 1 小时 30 分; no window of its own: the one that was booked. */
function lasting(seconds: number | null): string {
  if (seconds === null) return "预约时段";
  const minutes = Math.round(seconds / 60);
  const parts = [minutes >= 60 && `${Math.floor(minutes / 60)} 小时`, minutes % 60 && `${minutes % 60} 分`];
  return parts.filter(Boolean).join(" ");
}

/** A default is overruled by a version; a version is replaced by another one. */
function Change({ policy }: { policy?: Policy }) {
  const categories = useCategories();
  const channels = useChannelNames();
  const replaces = policy?.id;
  const initial: Partial<Told> = policy
    ? {
        kind: policy.kind as Given["kind"],
        family: policy.family as Given["family"],
        counts: policy.counts as Given["counts"],
        minutes: policy.window_s === null ? undefined : policy.window_s / 60,
        channel_id: policy.channel_id,
        category_code: policy.category_code,
        zone: policy.zone as Given["zone"],
        effective_from: policy.effective_from ? dayjs(policy.effective_from) : undefined,
        effective_until: policy.effective_until ? dayjs(policy.effective_until) : undefined,
      }
    : { family: "dealer", counts: "wall" };
  return (
    <Previewed<Told>
      label={replaces == null ? (policy ? "另定" : "新增规则") : "更正"}
      size={policy && "small"}
      type={policy ? undefined : "primary"}
      initial={initial}
      preview={async (told) => (await http.POST("/api/v1/clock-policies/preview", { body: { policy: given(told), replaces } })).data!}
      send={(told, seen, once) => http.POST("/api/v1/clock-policies", { params: { header: { ...once } }, body: { policy: given(told), replaces, reason: told.reason, seen } })}
    >
      <div className="three">
        <ChoiceField name="kind" label="时效" options={options(CLOCKS)} />
        <ChoiceField name="family" label="性质" options={options(FAMILIES)} />
        <ChoiceField name="counts" label="怎样计时" options={options(COUNTS)} />
        <NumberField name="minutes" label="时长" unit="分钟" />
        <Form.Item name="effective_from" label="生效时间" rules={[{ required: true, message: "请填写生效时间" }]} extra="早于现在：已开始的时效一并更正">
          <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="effective_until" label="截止时间" extra="不填：一直有效">
          <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="channel_id" label="渠道">
          <Select allowClear placeholder="全部" options={Object.entries(channels).map(([id, label]) => ({ value: Number(id), label }))} />
        </Form.Item>
        <ChoiceField free name="category_code" label="品类" options={options(categories)} />
        <ChoiceField free name="zone" label="区域" options={options(ZONES)} />
      </div>
      <TextField name="reason" label="原因" />
    </Previewed>
  );
}

const Withdraw = ({ id }: { id: number }) => (
  <Previewed<{ reason: string }>
    size="small"
    danger
    label="撤销"
    title="撤销规则"
    preview={async () => (await http.POST("/api/v1/clock-policies/preview", { body: { replaces: id } })).data!}
    send={({ reason }, seen, once) => http.POST("/api/v1/clock-policies", { params: { header: { ...once } }, body: { replaces: id, reason, seen } })}
  >
    <TextField name="reason" label="原因" />
  </Previewed>
);

const given = ({ minutes, effective_from, effective_until, reason: _, ...rest }: Told): Given => ({
  ...rest,
  window_s: minutes * 60,
  effective_from: effective_from.toISOString(),
  effective_until: effective_until?.toISOString(),
});
