import { Button, Card, Descriptions, Table } from "antd";
import { Link } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { VERDICTS, word } from "@/app/words";
import { DayRange } from "@/parts/DayRange";
import { DealerPick } from "@/parts/dealers";
import { number, useFilters } from "@/parts/filters";
import { share } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { Interval } from "./Interval";

type Row = Schemas["EvidenceRow"];

const columns = (most: number) => [
  { title: "月份", dataIndex: "month", render: (month: string) => month.slice(0, 7) },
  { title: "网点", dataIndex: "dealer_name", render: (name: string, row: Row) => <Link to={`/photo-wall?state=failed&dealer_id=${row.dealer_id}`}>{name}</Link> },
  { title: "不合格率", className: "numbers", render: (_: unknown, row: Row) => `${share(row.rate_bp)}（${share(row.low_bp)}–${share(row.high_bp)}）` },
  {
    title: `95 % 区间（0 至 ${share(most)}）`,
    render: (_: unknown, row: Row) => <Interval low={row.low_bp} high={row.high_bp} value={row.rate_bp} most={most} />,
  },
  { title: "验收工单", dataIndex: "jobs", align: "right" as const },
  { title: "高风险", dataIndex: "risky", align: "right" as const },
  { title: "抽中", dataIndex: "by_lot", align: "right" as const },
  { title: "已判", dataIndex: "judged", align: "right" as const },
  { title: "不合格", dataIndex: "failed", align: "right" as const },
  { title: "还需抽查", dataIndex: "needed", align: "right" as const },
  { title: "申诉（撤销）", render: (_: unknown, row: Row) => `${row.appealed}（${row.reversed}）` },
];

/** How many of each dealer's jobs would fail, and how sure that is; how far auditors agree. */
export default function Estimates() {
  const [filters, set] = useFilters("since", "until", "dealer_id");
  const query = { since: filters.since, until: filters.until, dealer_id: number(filters.dealer_id), limit: 50 } as Query<"/api/v1/reports/evidence">;
  const asked = api.useInfiniteQuery("get", "/api/v1/reports/evidence", { params: { query } }, PAGED);
  const rows = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const most = Math.min(10_000, Math.ceil(Math.max(2_000, ...rows.map((row) => row.high_bp)) / 2_000) * 2_000);
  const agreement = asked.data?.pages[0]?.agreement;
  return (
    <div className="page">
      <h1>网点不合格率</h1>
      <div className="filters">
        <DayRange since={filters.since} until={filters.until} onChange={set} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        <Button href={`/api/v1/reports/evidence.csv?${new URLSearchParams(filters as Record<string, string>)}`}>下载 CSV</Button>
        <span className="quiet" style={{ alignSelf: "center" }}>
          不选期间即近四周。圆点为估计，横线为 95 % 区间；虚线：尚无结论。
        </span>
      </div>
      <Lines asked={asked} columns={columns(most)} rowKey={(row) => `${row.month}${row.dealer_id}`} empty="这段时间没有抽过工单" />
      {agreement && <Agreed agreement={agreement} />}
    </div>
  );
}

const PAIRS = [
  { title: "第一人", dataIndex: "first", render: (verdict: string) => word(VERDICTS, verdict) },
  { title: "第二人", dataIndex: "second", render: (verdict: string) => word(VERDICTS, verdict) },
  { title: "次数", dataIndex: "times", align: "right" as const },
];

function Agreed({ agreement }: { agreement: Schemas["Agreement"] }) {
  const kappa = (bp: number | null) => (bp === null ? "—" : (bp / 10_000).toFixed(2));
  const facts = [
    { label: "双人稽核", children: `${agreement.pairs} 单` },
    { label: "意见一致", children: share(agreement.observed_bp) },
    { label: "偶然一致", children: share(agreement.by_chance_bp) },
    { label: "Kappa（95 % 区间）", children: `${kappa(agreement.kappa_bp)}（${kappa(agreement.low_bp)} 至 ${kappa(agreement.high_bp)}）` },
  ];
  return (
    <Card size="small" title="稽核员之间是否一致" style={{ marginTop: 16 }}>
      <Descriptions size="small" column={4} items={facts.map((fact) => ({ key: fact.label, ...fact }))} />
      {agreement.table.length > 0 && <Table size="small" pagination={false} columns={PAIRS} dataSource={agreement.table} rowKey={(pair) => `${pair.first}${pair.second}`} style={{ maxWidth: 420 }} />}
    </Card>
  );
}
