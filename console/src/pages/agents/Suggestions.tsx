import { Input, Segmented, Space } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { options, SUGGESTIONS } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { day, monthOf } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { MonthPick } from "@/parts/MonthPick";

type Line = Schemas["SuggestionLine"];

const COLUMNS = [
  { title: "商品", render: (_: unknown, line: Line) => <Link to={`/products/${encodeURIComponent(line.sku)}`}>{line.product_name}</Link> },
  { title: "地区", dataIndex: "region_name", render: (name: string | null) => name ?? "全国" },
  { title: "原因", dataIndex: "cause_name" },
  { title: "月份", dataIndex: "month", render: monthOf },
  { title: "建议写进商品说明", dataIndex: "sentence", render: (sentence: string) => <div className="words">{sentence}</div> },
  { title: "凭什么", dataIndex: "arithmetic", render: (text: string) => <div className="words quiet">{text}</div> },
  { title: "", key: "deeds", render: (_: unknown, line: Line) => <Deeds line={line} /> },
];

/** What after-sales trouble says about a product's page, with the count that speaks for it. */
export default function Suggestions() {
  const [filters, set] = useFilters("state", "sku", "month");
  const state = filters.state ?? "proposed";
  const query = { state, sku: filters.sku, month: filters.month && `${filters.month}-01`, limit: 50 } as Query<"/api/v1/reports/suggestions">;
  const asked = api.useInfiniteQuery("get", "/api/v1/reports/suggestions", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>商品页建议</h1>
      <div className="filters">
        <Segmented aria-label="状态" options={options(SUGGESTIONS)} value={state} onChange={(value) => set("state", value)} />
        <MonthPick value={filters.month} onChange={(month) => set("month", month)} />
        <Input.Search allowClear aria-label="商家编码" placeholder="商家编码" style={{ width: 180 }} defaultValue={filters.sku} onSearch={(text) => set("sku", text.trim())} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有这样的建议" />
    </div>
  );
}

function Deeds({ line }: { line: Line }) {
  const may = useMay();
  const path = { suggestion_id: line.id };
  if (line.state === "accepted") return <>{`${day(line.decided_at)} 写入第 ${line.guide_version} 版`}</>;
  if (line.state === "dismissed") return <div className="words">{`${day(line.decided_at)} ${line.dismissed_for ?? ""}`}</div>;
  if (!may("POST /api/v1/suggestions/{suggestion_id}/accept")) return null;
  return (
    <Space>
      <Deed<{ sentence: string }>
        size="small"
        type="primary"
        label="采纳"
        initial={{ sentence: line.sentence }}
        send={(body, once) => http.POST("/api/v1/suggestions/{suggestion_id}/accept", { params: { path, header: { ...once } }, body })}
      >
        <p>写进商品说明的草稿，发布之后客户才看得到。</p>
        <TextField name="sentence" label="写成" long most={200} />
      </Deed>
      <Deed<{ reason: string }> size="small" label="不采纳" send={(body, once) => http.POST("/api/v1/suggestions/{suggestion_id}/dismiss", { params: { path, header: { ...once } }, body })}>
        <p>九十天内不再提出同样的建议。</p>
        <TextField name="reason" label="原因" long most={200} />
      </Deed>
    </Space>
  );
}
