import { Select, Space } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { CLOCKS, FAMILIES, LEVELS, options, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { HowLate, LevelTag, SHOWN, shownBy, Story, Whose } from "@/parts/lateness";
import { Lines, PAGED } from "@/parts/Lines";

type Breach = Schemas["BreachLine"];

const COLUMNS = [
  { title: "时效", dataIndex: "kind", render: (kind: string, { level }: Breach) => <><div>{word(CLOCKS, kind)}</div><LevelTag level={level} /></> },
  { title: "考核", dataIndex: "family", render: (family: string) => word(FAMILIES, family) },
  { title: "迟了多久", render: (_: unknown, breach: Breach) => <HowLate breach={breach} /> },
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "等谁处理", render: (_: unknown, breach: Breach) => <Whose breach={breach} /> },
  { title: "说明与申诉", render: (_: unknown, breach: Breach) => <Story breach={breach} /> },
  { title: "", render: (_: unknown, breach: Breach) => <Deeds breach={breach} /> },
];

/** The dealer's own lateness, one line for a clock: said what happened, appealed, answered. */
export default function Breaches() {
  const [filters, set] = useFilters("level", "shown");
  const query = { level: filters.level, ...shownBy(filters.shown) } as Query<"/api/v1/breaches">;
  const asked = api.useInfiniteQuery("get", "/api/v1/breaches", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>超时与申诉</h1>
      <div className="filters">
        <Select allowClear placeholder="级别" aria-label="级别" style={{ width: 130 }} options={options(LEVELS)} value={filters.level} onChange={(value) => set("level", value)} />
        <Select aria-label="处理" style={{ width: 130 }} options={SHOWN} value={filters.shown ?? ""} onChange={(value) => set("shown", value)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(breach) => breach.id} empty={filters.shown ? "没有超时" : "没有未处理的超时"} />
    </div>
  );
}

function Deeds({ breach }: { breach: Breach }) {
  const may = useMay();
  const path = { breach_id: breach.id };
  if (breach.excused_at || breach.withdrawn_at) return null;
  return (
    <Space>
      {!breach.acknowledged_at && may("POST /api/v1/breaches/{breach_id}/acknowledge") && (
        <Deed<{ memo: string }> size="small" label="说明情况" send={(body, once) => http.POST("/api/v1/breaches/{breach_id}/acknowledge", { params: { path, header: { ...once } }, body })}>
          <TextField name="memo" label="发生了什么，怎么补救" long />
        </Deed>
      )}
      {!breach.appealed_at && breach.level !== "notice" && breach.dealer_id != null && may("POST /api/v1/breaches/{breach_id}/appeal") && (
        <Deed<{ reason: string }> size="small" label="申诉" title="申诉超时" send={(body, once) => http.POST("/api/v1/breaches/{breach_id}/appeal", { params: { path, header: { ...once } }, body })}>
          <TextField name="reason" label="为什么不是本网点的责任" long />
        </Deed>
      )}
    </Space>
  );
}
