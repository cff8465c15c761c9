import { Checkbox, DatePicker, Form, Table, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { useCategories } from "@/parts/categories";
import { word } from "@/app/words";
import { today } from "@/parts/days";
import { Deed } from "@/parts/Deed";
import { dayOf } from "@/parts/fields";
import { Loaded } from "@/parts/Loaded";

type Line = Schemas["AuthorisationLine"];
type Told = Record<string, { given?: boolean; until?: Dayjs | null }>;

/** The brand's leave to install what needs it, with its last day. */
export function Authorisations({ dealer }: { dealer: number }) {
  const may = useMay();
  const categories = useCategories();
  const asked = api.useQuery("get", "/api/v1/dealers/{dealer_id}/authorisations", { params: { path: { dealer_id: dealer } } });
  const columns = [
    { title: "品类", dataIndex: "category_code", render: (code: string) => word(categories, code) },
    { title: "有效至", dataIndex: "until", render: (until: string | null) => until ?? "长期" },
    { title: "状态", render: (_: unknown, { until }: Line) => (until && until < today() ? <Tag color="red">已过期</Tag> : <Tag color="green">有效</Tag>) },
  ];
  return (
    <Loaded asked={asked}>
      {({ items }) => (
        <>
          <p className="quiet">只有「网点须授权」的品类看这张表；没有授权的网点不会被派这些品类的工单。</p>
          {may("POST /api/v1/dealers/{dealer_id}/authorisations") && <Edit dealer={dealer} lines={items} />}
          <Table size="small" pagination={false} columns={columns} dataSource={items} rowKey="category_code" style={{ marginTop: 12 }} locale={{ emptyText: "没有品类授权" }} />
        </>
      )}
    </Loaded>
  );
}

/** Exactly what is ticked holds afterwards. */
function Edit({ dealer, lines }: { dealer: number; lines: readonly Line[] }) {
  const categories = useCategories();
  const guarded = api.useQuery("get", "/api/v1/categories", {}, { staleTime: 600_000 }).data?.items.filter((one) => one.needs_authorisation) ?? [];
  const codes = [...new Set([...guarded.map((one) => one.code), ...lines.map((line) => line.category_code)])];
  const initial: Told = Object.fromEntries(lines.map((line) => [line.category_code, { given: true, until: line.until ? dayjs(line.until) : null }]));
  return (
    <Deed<Told>
      label="修改授权"
      initial={initial}
      send={(told, once) =>
        http.POST("/api/v1/dealers/{dealer_id}/authorisations", {
          params: { path: { dealer_id: dealer }, header: { ...once } },
          body: { lines: codes.filter((code) => told[code]?.given).map((code) => ({ category_code: code, until: told[code]?.until ? dayOf(told[code].until) : null })) },
        })
      }
    >
      {codes.length === 0 && <p>没有须授权的品类。</p>}
      {codes.map((code) => (
        <div key={code} className="three" style={{ alignItems: "center" }}>
          <Form.Item name={[code, "given"]} valuePropName="checked">
            <Checkbox>{word(categories, code)}</Checkbox>
          </Form.Item>
          <Form.Item name={[code, "until"]} label="有效至" extra="不填：长期">
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
        </div>
      ))}
    </Deed>
  );
}
