import { Checkbox, Input, InputNumber, Result, Select, Table } from "antd";
import { Link, useParams } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { options, PHASES, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { Loaded } from "@/parts/Loaded";
import { type RowColumn, RowsField } from "@/parts/RowsField";
import { ExampleInput, Shown } from "./Example";

type Slot = Schemas["SlotBody"];

const yes = (is: boolean): string => (is ? "是" : "否");

const COLUMNS = [
  { title: "照片", dataIndex: "name" },
  { title: "编码", dataIndex: "code" },
  { title: "阶段", dataIndex: "phase", render: (phase: string) => word(PHASES, phase) },
  { title: "给师傅的提示", dataIndex: "hint", className: "words" },
  { title: "示例图", dataIndex: "example", render: (example: string | null, { name }: Slot) => example && <Shown example={example} alt={`${name}的示例图`} /> },
  { title: "必拍", dataIndex: "required", render: yes },
  { title: "只能现拍", dataIndex: "camera_only", render: yes },
  { title: "短边像素", dataIndex: "min_side", align: "right" as const, className: "numbers" },
];

const FIELDS: readonly RowColumn[] = [
  { name: "name", title: "照片", width: 130, input: (label) => <Input aria-label={label} maxLength={20} /> },
  { name: "code", title: "编码", width: 130, input: (label) => <Input aria-label={label} maxLength={40} /> },
  { name: "phase", title: "阶段", width: 100, input: (label) => <Select aria-label={label} options={options(PHASES)} /> },
  { name: "hint", title: "给师傅的提示", input: (label) => <Input aria-label={label} maxLength={200} /> },
  { name: "example", title: "示例图", width: 150, free: true, input: (label) => <ExampleInput label={label} /> },
  { name: "required", title: "必拍", free: true, valuePropName: "checked", input: (label) => <Checkbox aria-label={label} /> },
  { name: "camera_only", title: "现拍", free: true, valuePropName: "checked", input: (label) => <Checkbox aria-label={label} /> },
  { name: "min_side", title: "短边像素", width: 90, input: (label) => <InputNumber aria-label={label} min={64} max={4096} precision={0} controls={false} /> },
];
const FRESH: Partial<Slot> = { phase: "after", required: true, camera_only: true, min_side: 480 };

/** The photos of a category; a new version binds the jobs made from then on. */
export default function Checklist() {
  const { code = "" } = useParams();
  const asked = api.useQuery("get", "/api/v1/categories");
  return (
    <Loaded asked={asked}>
      {({ items }) => {
        const category = items.find((one) => one.code === code);
        if (!category) return <Result status="404" title="没有这个品类" />;
        return (
          <div className="page">
            <h1>
              <Link to="/categories">品类</Link> / {category.name}：拍照清单
            </h1>
            {category.checklist_version === null ? <Slots code={code} slots={[]} /> : <Newest code={code} />}
          </div>
        );
      }}
    </Loaded>
  );
}

function Newest({ code }: { code: string }) {
  const asked = api.useQuery("get", "/api/v1/categories/{code}/checklist", { params: { path: { code } } });
  return <Loaded asked={asked}>{({ items }) => <Slots code={code} slots={items as Slot[]} />}</Loaded>;
}

const Slots = ({ code, slots }: { code: string; slots: Slot[] }) => (
  <>
    <div className="filters">
      <Deed<{ slots: Slot[] }>
        type="primary"
        label="发布新版"
        title="编辑拍照清单：发布后新建的工单照此拍照，已有工单不变"
        width={1200}
        initial={{ slots }}
        send={(body, once) => http.POST("/api/v1/categories/{code}/checklist", { params: { path: { code }, header: { ...once } }, body })}
      >
        <RowsField name="slots" columns={FIELDS} fresh={FRESH} add="加一张" />
      </Deed>
    </div>
    <Table size="small" pagination={false} columns={COLUMNS} dataSource={slots} rowKey="code" locale={{ emptyText: "还没有拍照清单" }} />
  </>
);
