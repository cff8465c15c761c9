import { Select, Form, Table } from "antd";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { PHASES, PLATFORMS, word } from "@/app/words";
import { useChannels } from "@/parts/channels";
import { Deed } from "@/parts/Deed";
import { Loaded } from "@/parts/Loaded";

type Section = Schemas["SectionLine"];
type Named = Schemas["SectionSlots"];
type Body = Schemas["SectionSlotsBody"];

const COLUMNS = [
  { title: "证据包", dataIndex: "kind_name" },
  { title: "平台", dataIndex: "platforms", render: (platforms: string[]) => platforms.map((one) => word(PLATFORMS, one)).join("、") || "全部" },
  { title: "部分", dataIndex: "name" },
  { title: "阶段", dataIndex: "phases", render: (phases: string[]) => phases.map((phase) => word(PHASES, phase)).join("、") },
  { title: "张数", className: "numbers", render: (_: unknown, one: Section) => (one.most === null ? `${one.least} 张起` : one.least === one.most ? `${one.least} 张` : `${one.least}–${one.most} 张`) },
];

/** What platforms take as evidence, and which photos of a shop fill it. */
export default function PackLayouts() {
  const may = useMay();
  const asked = api.useQuery("get", "/api/v1/evidence-pack-layouts");
  return (
    <div className="page">
      <h1>证据包</h1>
      <p className="quiet">没有指定拍照项的，按阶段从工单照片里取。导出在工单页面上。</p>
      <Loaded asked={asked}>{({ sections, channels }) => <Shown sections={sections} named={channels} editable={may("POST /api/v1/evidence-pack-layouts")} />}</Loaded>
    </div>
  );
}

function Shown({ sections, named, editable }: { sections: readonly Section[]; named: readonly Named[]; editable: boolean }) {
  const shops = useChannels();
  const columns = [
    ...COLUMNS,
    {
      title: "店铺指定的拍照项",
      render: (_: unknown, one: Section) => {
        const own = named.filter((line) => line.kind === one.kind && line.section === one.section);
        return own.map((line) => <div key={line.channel_code}>{`${shops.find((shop) => shop.code === line.channel_code)?.name ?? line.channel_code}：${line.slots.join("、")}`}</div>);
      },
    },
    { title: "", key: "deed", render: (_: unknown, one: Section) => editable && <Arrange section={one} named={named} /> },
  ];
  return <Table<Section> size="small" pagination={false} columns={columns} dataSource={[...sections]} rowKey={(one) => `${one.kind}.${one.section}`} />;
}

function Arrange({ section, named }: { section: Section; named: readonly Named[] }) {
  const shops = useChannels().filter((shop) => section.platforms.length === 0 || section.platforms.includes(shop.platform));
  if (shops.length === 0) return null;
  return (
    <Deed<{ channel_code: string; slots?: string[] }>
      size="small"
      label="指定拍照项"
      title={`${section.kind_name}：${section.name}`}
      send={({ channel_code, slots }, once) =>
        http.POST("/api/v1/evidence-pack-layouts", { params: { header: { ...once } }, body: { channel_code, kind: section.kind as Body["kind"], section: section.section, slots: slots ?? [] } })
      }
    >
      <Form.Item name="channel_code" label="店铺" rules={[{ required: true, message: "请选择店铺" }]}>
        <Select options={shops.map((shop) => ({ value: shop.code, label: shop.name }))} />
      </Form.Item>
      <Slots section={section} named={named} />
    </Deed>
  );
}

/** What stands for the shop chosen is where one begins. */
function Slots({ section, named }: { section: Section; named: readonly Named[] }) {
  const code = Form.useWatch<string>("channel_code");
  const own = named.find((line) => line.channel_code === code && line.kind === section.kind && line.section === section.section);
  return (
    <Form.Item key={code} name="slots" label="拍照项编码，要紧的在前" initialValue={own?.slots} extra="留空：按阶段取">
      <Select mode="tags" tokenSeparators={[",", " ", "，"]} open={false} />
    </Form.Item>
  );
}
