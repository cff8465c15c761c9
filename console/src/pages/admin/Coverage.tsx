import { Card, Select, Space, Switch, Tabs, Tag } from "antd";
import { useState } from "react";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { options, type Words, word } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { Deed } from "@/parts/Deed";
import { FileOutcome } from "@/parts/FileOutcome";
import { type Chosen, FileField, formOf } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { Lines, PAGED } from "@/parts/Lines";

type Imported = Schemas["Imported"];

const holesOf = (categories: Words) => [
  { title: "区县", dataIndex: "division" },
  { title: "品类", dataIndex: "category_code", render: (code: string) => word(categories, code) },
  { title: "其中有网点的街道", dataIndex: "streets", align: "right" as const, className: "numbers" },
];

const overlapsOf = (categories: Words) => [
  { title: "区划", dataIndex: "division" },
  { title: "品类", dataIndex: "category_code", render: (code: string) => word(categories, code) },
  { title: "网点", dataIndex: "dealers", className: "words", render: (dealers: string[]) => dealers.join("、") },
  { title: "属地", dataIndex: "owner", render: (owner: string | null) => owner ?? <Tag color="orange">没有属地网点</Tag> },
];

const placeOf = (one: { category_code: string; division_code: string }): string => `${one.category_code}/${one.division_code}`;

/** Where nobody goes and where several do; many lines at once by a file. */
export default function Coverage() {
  const [filters, set] = useFilters("category_code", "unowned", "tab");
  const categories = useCategories();
  const may = useMay();
  const of = { category_code: filters.category_code, limit: 50 };
  const unowned = filters.unowned === "true" ? { unowned: "true" } : {};
  const holes = api.useInfiniteQuery("get", "/api/v1/coverage-holes", { params: { query: of } }, PAGED);
  const overlaps = api.useInfiniteQuery("get", "/api/v1/coverage-overlaps", { params: { query: { ...of, ...unowned } as Query<"/api/v1/coverage-overlaps"> } }, PAGED);
  const tabs = [
    {
      key: "overlaps",
      label: "多家网点重叠",
      children: (
        <>
          <div className="filters">
            <Switch size="small" id="unowned" checked={filters.unowned === "true"} onChange={(only) => set("unowned", only ? "true" : null)} />
            <label htmlFor="unowned">只看没有属地网点的</label>
          </div>
          <Lines asked={overlaps} columns={overlapsOf(categories)} rowKey={placeOf} empty="没有重叠" />
        </>
      ),
    },
    { key: "holes", label: "没有网点服务", children: <Lines asked={holes} columns={holesOf(categories)} rowKey={placeOf} empty="没有空白" /> },
  ];
  return (
    <div className="page">
      <h1>服务范围</h1>
      <div className="filters">
        <Select allowClear placeholder="品类" aria-label="品类" style={{ width: 160 }} options={options(categories)} value={filters.category_code} onChange={(value) => set("category_code", value)} />
      </div>
      {may("POST /api/v1/coverage-imports") && <Import />}
      <Tabs items={tabs} activeKey={filters.tab ?? "overlaps"} onChange={(tab) => set("tab", tab)} />
    </div>
  );
}

function Import() {
  const [done, setDone] = useState<Imported>();
  const send = async ({ file }: { file: Chosen[] }, once: object) => {
    const { data } = await http.POST("/api/v1/coverage-imports", { params: { header: { ...once } }, body: formOf(file) });
    setDone(data);
  };
  return (
    <Card size="small" title="按文件批量修改" style={{ marginBottom: 16 }}>
      <Space wrap>
        <Deed<{ file: Chosen[] }> label="导入文件" send={send}>
          <p>好的行立即生效，有问题的行作为文件退回。同一文件再次导入没有影响。</p>
          <FileField name="file" label="服务范围文件" accept=".csv" />
        </Deed>
        <a href="/api/v1/coverage-imports/template.csv">下载模板</a>
      </Space>
      {done && <FileOutcome told={`共 ${done.rows} 行：新增 ${done.added}，结束 ${done.ended}，没有变化 ${done.same}`} bad={done.bad} errors={`/api/v1/coverage-imports/${done.id}/errors.csv`} />}
    </Card>
  );
}
