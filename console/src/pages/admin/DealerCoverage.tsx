import { Checkbox, Form, InputNumber, Select, Space, Table, Tag } from "antd";

import { api, http, type Schemas } from "@/api/client";
import { options, ZONES, word } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { Deed, type Once } from "@/parts/Deed";
import { DivisionPick } from "@/parts/DivisionPick";
import { ChoiceField, MoneyField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { day, metres, money } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Line = Schemas["CoverageLine"];
type Body = Schemas["CoverageLineBody"];

interface Told {
  category_code: string;
  way: string[];
  zone: Body["zone"];
  territory_owner?: boolean;
  free_km?: number | null;
  per_km_fen?: number | null;
}

const COVERED = { ...ZONES, none: "不上门" };

/** Where a dealer goes, by category; a change ends the old line and keeps it as history. */
export function DealerCoverage({ dealer }: { dealer: number }) {
  const [filters, set] = useFilters("category");
  const categories = useCategories();
  const asked = api.useQuery("get", "/api/v1/dealers/{dealer_id}/coverage", { params: { path: { dealer_id: dealer } } });
  return (
    <Loaded asked={asked}>
      {({ items }) => {
        const put = (lines: Body[], once: Once) =>
          http.POST("/api/v1/dealers/{dealer_id}/coverage", { params: { path: { dealer_id: dealer }, header: { ...once } }, body: { lines } });
        const others = (line: Line | Body) => items.filter((one) => placeOf(one) !== placeOf(line)).map(bodyOf);
        return (
          <>
            <div className="filters">
              <Select allowClear placeholder="品类" aria-label="品类" style={{ width: 160 }} options={options(categories)} value={filters.category} onChange={(value) => set("category", value)} />
              <Deed<Told>
                type="primary"
                label="加一处"
                initial={{ zone: "free", category_code: filters.category }}
                send={(told, once) => {
                  const line = lineOf(told);
                  return put([...others(line), line], once);
                }}
              >
                <Fields />
              </Deed>
            </div>
            <Table
              size="small"
              pagination={{ pageSize: 50, showSizeChanger: false, hideOnSinglePage: true }}
              columns={[
                ...COLUMNS.slice(0, 1),
                { title: "品类", dataIndex: "category_code", render: (code: string) => word(categories, code) },
                ...COLUMNS.slice(1),
                {
                  title: "",
                  render: (_: unknown, line: Line) => (
                    <Deed size="small" danger label="移除" title={`移除：${line.division_name}`} send={(_, once) => put(others(line), once)}>
                      从现在起不再派给这家网点；已派的单不变。
                    </Deed>
                  ),
                },
              ]}
              dataSource={items.filter((line) => !filters.category || line.category_code === filters.category)}
              rowKey={placeOf}
              locale={{ emptyText: "没有服务范围，不会派单给这家网点" }}
            />
          </>
        );
      }}
    </Loaded>
  );
}

const COLUMNS = [
  { title: "区划", render: (_: unknown, line: Line) => `${line.division_name}（${line.division_code}）` },
  { title: "区域", dataIndex: "zone", render: (zone: string) => word(COVERED, zone) },
  { title: "属地", dataIndex: "territory_owner", render: (is: boolean) => is && <Tag color="blue">属地网点</Tag> },
  { title: "免费里程", dataIndex: "free_m", align: "right" as const, className: "numbers", render: metres },
  { title: "超出每公里", dataIndex: "per_km_fen", align: "right" as const, className: "numbers", render: money },
  { title: "自", dataIndex: "valid_from", className: "numbers", render: day },
];

const placeOf = (line: Line | Body): string => `${line.category_code}/${line.division_code}`;

const bodyOf = ({ category_code, division_code, zone, territory_owner, free_m, per_km_fen }: Line): Body => ({
  category_code,
  division_code,
  zone: zone as Body["zone"],
  territory_owner,
  free_m,
  per_km_fen,
});

const lineOf = ({ way, free_km, territory_owner = false, ...told }: Told): Body => ({ ...told, territory_owner, division_code: way.at(-1)!, free_m: free_km == null ? null : Math.round(free_km * 1000) });

function Fields() {
  const categories = useCategories();
  return (
    <>
      <ChoiceField name="category_code" label="品类" options={options(categories)} />
      <Form.Item name="way" label="区划" rules={[{ required: true, message: "请选择区划" }]}>
        <DivisionPick />
      </Form.Item>
      <ChoiceField name="zone" label="区域" options={options(COVERED)} />
      <Form.Item name="territory_owner" valuePropName="checked">
        <Checkbox>属地网点（每个品类每处只有一家）</Checkbox>
      </Form.Item>
      <Space>
        <Form.Item name="free_km" label="免费里程">
          <InputNumber min={0} max={500} precision={1} suffix="公里" />
        </Form.Item>
        <MoneyField free name="per_km_fen" label="超出每公里" />
      </Space>
    </>
  );
}
