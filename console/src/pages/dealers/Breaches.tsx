import { Checkbox, Select, Space, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { CLOCKS, EXCUSES, FAMILIES, LEVELS, options, type Words, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Breach = Schemas["BreachLine"];

const COLOURS: Words = { notice: "gold", breach: "red", severe: "magenta" };

const COLUMNS = [
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "时效", dataIndex: "kind", render: (kind: string) => word(CLOCKS, kind) },
  { title: "考核", dataIndex: "family", render: (family: string) => word(FAMILIES, family) },
  { title: "级别", dataIndex: "level", render: (level: string) => <Tag color={COLOURS[level]}>{word(LEVELS, level)}</Tag> },
  { title: "截止", dataIndex: "due_at", render: time },
  { title: "发现", dataIndex: "raised_at", render: time },
  { title: "经过", render: (_: unknown, breach: Breach) => <Story breach={breach} /> },
  { title: "", render: (_: unknown, breach: Breach) => <Deeds breach={breach} /> },
];

/** The dealer's own lateness: said what happened, appealed, answered. */
export default function Breaches() {
  const [filters, set] = useFilters("level", "unanswered", "appealed");
  const query = {
    level: filters.level,
    unanswered: filters.unanswered ? true : undefined,
    appealed: filters.appealed ? true : undefined,
    limit: 50,
  } as Query<"/api/v1/breaches">;
  const asked = api.useInfiniteQuery("get", "/api/v1/breaches", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>超时与申诉</h1>
      <div className="filters" style={{ alignItems: "center" }}>
        <Select allowClear placeholder="级别" aria-label="级别" style={{ width: 130 }} options={options(LEVELS)} value={filters.level} onChange={(value) => set("level", value)} />
        <Checkbox checked={Boolean(filters.unanswered)} onChange={(event) => set("unanswered", event.target.checked ? "yes" : null)}>
          申诉待答复
        </Checkbox>
        <Checkbox checked={Boolean(filters.appealed)} onChange={(event) => set("appealed", event.target.checked ? "yes" : null)}>
          申诉过的
        </Checkbox>
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(breach) => breach.id} empty="没有超时" />
    </div>
  );
}

const Story = ({ breach }: { breach: Breach }) => (
  <div className="words">
    {breach.memo && <div>说明：{breach.memo}</div>}
    {breach.appeal && <div>申诉：{breach.appeal}</div>}
    {breach.appealed_at && !breach.declined_at && !breach.excused_at && <div className="quiet">{time(breach.answer_due_at)} 前答复</div>}
    {breach.excused_at && <Tag color="green">已免责：{word(EXCUSES, breach.excuse)}</Tag>}
    {breach.declined_at && <Tag>申诉驳回：{breach.declined}</Tag>}
    {breach.withdrawn_at && <Tag>已撤销：{breach.withdrawn}</Tag>}
  </div>
);

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
      {!breach.appealed_at && breach.level !== "notice" && may("POST /api/v1/breaches/{breach_id}/appeal") && (
        <Deed<{ reason: string }> size="small" label="申诉" title="申诉超时" send={(body, once) => http.POST("/api/v1/breaches/{breach_id}/appeal", { params: { path, header: { ...once } }, body })}>
          <TextField name="reason" label="为什么不是本网点的责任" long />
        </Deed>
      )}
    </Space>
  );
}
