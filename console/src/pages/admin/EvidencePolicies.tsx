import { Alert, Button, DatePicker, Form, InputNumber, Space } from "antd";
import { useMutation } from "@tanstack/react-query";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { useMay } from "@/app/session";
import { EVIDENCE_SETTINGS, options, word, type Words } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { Deed } from "@/parts/Deed";
import { ChoiceField, TextField } from "@/parts/fields";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Version = Schemas["PolicyVersionLine"];
type Settings = Schemas["EvidenceSettingsBody"];

interface Told {
  category?: string;
  effective_from?: Dayjs | null;
  settings: Settings;
  reason: string;
}

const columnsOf = (categories: Words) => [
  { title: "版本", dataIndex: "version", render: (version: number) => `第 ${version} 版` },
  { title: "品类", dataIndex: "category", render: (code: string | null) => (code ? word(categories, code) : "全部") },
  { title: "生效", dataIndex: "effective_from", render: (at: string | null) => (at ? time(at) : "出厂") },
  { title: "设定", dataIndex: "settings", render: (settings: Version["settings"]) => <Said settings={settings} /> },
  { title: "原因", dataIndex: "reason", className: "words" },
];

const Said = ({ settings }: { settings: Version["settings"] }) => (
  <div className="words">
    {Object.entries(settings)
      .map(([name, value]) => `${word(EVIDENCE_SETTINGS, name)} ${value}`)
      .join("；")}
  </div>
);

/** By which thresholds and weights photos are judged: what ships, and what each version says otherwise. */
export default function EvidencePolicies() {
  const may = useMay();
  const asked = api.useInfiniteQuery("get", "/api/v1/evidence-policies", { params: { query: { limit: 50 } } }, PAGED);
  return (
    <div className="page">
      <h1>照片核查规则</h1>
      <div className="filters">
        {may("POST /api/v1/evidence-policies") && <New />}
        {may("POST /api/v1/photo-searches") && (
          <Deed label="重新查找" title="重新查找放弃过的照片" send={(_, once) => http.POST("/api/v1/photo-searches", { params: { header: { ...once } } })}>
            查重三次都没有成功而放弃的照片，重新排队。
          </Deed>
        )}
      </div>
      <Lines asked={asked} columns={columnsOf(useCategories())} rowKey={(line) => line.version} empty="没有规则" />
    </div>
  );
}

const wanted = ({ category, effective_from, settings }: Told): Schemas["PolicyWantedBody"] => ({
  category: category || null,
  effective_from: effective_from?.toISOString(),
  settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value != null)),
});

/** Only what shall differ is filled in. */
function New() {
  const categories = useCategories();
  return (
    <Deed<Told>
      type="primary"
      label="发布新版"
      width={960}
      send={(told, once) => http.POST("/api/v1/evidence-policies", { params: { header: { ...once } }, body: { policy: wanted(told), reason: told.reason } })}
    >
      <div className="three">
        <ChoiceField name="category" label="品类" free options={options(categories)} help="不选：全部品类" />
        <Form.Item name="effective_from" label="生效时间" extra="不填：立即生效">
          <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
        </Form.Item>
        <TextField name="reason" label="原因" />
        {Object.entries(EVIDENCE_SETTINGS).map(([name, label]) => (
          <Form.Item key={name} name={["settings", name]} label={label}>
            <InputNumber min={0} precision={0} placeholder="按出厂" style={{ width: "100%" }} />
          </Form.Item>
        ))}
      </div>
      <Tried />
    </Deed>
  );
}

const RATES = [
  { label: "太暗的照片", now: "too_dark_now", then: "too_dark_then" },
  { label: "模糊的照片", now: "blurred_now", then: "blurred_then" },
  { label: "送稽核的工单", now: "flagged_now", then: "flagged_then" },
] as const;

/** What the last month's photos would have got. */
function Tried() {
  const fields = Form.useFormInstance<Told>();
  const tried = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/evidence-policies/preview", { body: wanted(fields.getFieldsValue()) })).data!,
  });
  return (
    <Space orientation="vertical" style={{ width: "100%" }}>
      <Button loading={tried.isPending} onClick={() => tried.mutate()}>
        用最近一个月的照片试算
      </Button>
      <div role="status">
        {tried.error && <Alert type="error" title={said(tried.error)} />}
        {tried.data && (
          <Alert
            type="info"
            title={`${tried.data.jobs} 个工单，${tried.data.photos} 张照片：${RATES.map((rate) => `${rate.label} ${tried.data[rate.now]} → ${tried.data[rate.then]}`).join("；")}`}
            description={tried.data.not_shown.length > 0 && `试算不反映：${tried.data.not_shown.map((name) => word(EVIDENCE_SETTINGS, name)).join("、")}`}
          />
        )}
      </div>
    </Space>
  );
}
