import { Table } from "antd";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { useCategories } from "@/parts/categories";
import { Deed } from "@/parts/Deed";
import { NumberField } from "@/parts/fields";
import { Loaded } from "@/parts/Loaded";

type Rule = Schemas["RuleGiven"];
interface Row {
  code: string;
  name: string;
  rule?: Rule;
}

const COUNT = { align: "right" as const, className: "numbers" };
const STANDARD = { asked_at_once: 1, offer_minutes: 120 };

/** How many dealers are asked at once, and how long an offer stands, category by category. */
export default function DispatchRules() {
  const categories = useCategories();
  const asked = api.useQuery("get", "/api/v1/dispatch-rules");
  const columns = [
    { title: "品类", dataIndex: "name" },
    { title: "同时询问网点", ...COUNT, render: (_: unknown, { rule }: Row) => rule?.asked_at_once ?? "1（默认）" },
    { title: "派单有效", ...COUNT, render: (_: unknown, { rule }: Row) => (rule ? `${rule.offer_minutes} 分钟` : "120 分钟（默认）") },
    { title: "", render: (_: unknown, row: Row) => <Edit row={row} /> },
  ];
  return (
    <div className="page">
      <h1>派单规则</h1>
      <p className="quiet">同时询问一家：按次序一家一家地问；多家：先接单者得。有效时间只算服务时间，改动对之后的派单生效。</p>
      <Loaded asked={asked}>
        {({ items }) => {
          const rules = new Map(items.map((rule) => [rule.category_code, rule]));
          const rows = Object.entries(categories).map(([code, name]) => ({ code, name, rule: rules.get(code) }));
          return <Table<Row> size="small" pagination={false} columns={columns} dataSource={rows} rowKey="code" locale={{ emptyText: "还没有品类" }} />;
        }}
      </Loaded>
    </div>
  );
}

function Edit({ row: { code, name, rule } }: { row: Row }) {
  const may = useMay();
  if (!may("POST /api/v1/dispatch-rules")) return null;
  return (
    <Deed<typeof STANDARD>
      size="small"
      label="修改"
      title={`派单规则：${name}`}
      initial={rule ?? STANDARD}
      send={({ asked_at_once, offer_minutes }, once) =>
        http.POST("/api/v1/dispatch-rules", { params: { header: { ...once } }, body: { category_code: code, asked_at_once, offer_minutes } })
      }
    >
      <NumberField name="asked_at_once" label="同时询问" unit="家" />
      <NumberField name="offer_minutes" label="派单有效" least={5} unit="分钟" />
    </Deed>
  );
}
