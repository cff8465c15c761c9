import { Alert, Button, Select, Segmented, Space, Table } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { CLOCKS, EXCUSES, LEVELS, options, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { DealerPick } from "@/parts/dealers";
import { ChoiceField, TextField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { HowLate, LevelTag, SHOWN, shownBy, Story, Whose } from "@/parts/lateness";
import { Lines, PAGED } from "@/parts/Lines";
import { Loaded } from "@/parts/Loaded";

type Line = Schemas["BreachLine"];
type Count = Schemas["BreachCount"];

const BRAND = "品牌（客服）";

/** What is late, by level and dealer; what dealers say about it, and the answer to an appeal. */
export default function Late() {
  const [filters, set] = useFilters("level", "kind", "dealer", "shown");
  const query = {
    level: filters.level,
    kind: filters.kind,
    dealer_id: number(filters.dealer),
    ...shownBy(filters.shown),
  } as Query<"/api/v1/breaches">;
  const asked = api.useInfiniteQuery("get", "/api/v1/breaches", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>时效墙</h1>
      <Digest onDealer={(id) => set("dealer", id)} />
      <div className="filters">
        <Segmented
          aria-label="级别"
          options={[{ value: "", label: "全部级别" }, ...options(LEVELS)]}
          value={filters.level ?? ""}
          onChange={(level) => set("level", level)}
        />
        <Select
          aria-label="处理"
          style={{ width: 130 }}
          options={SHOWN}
          value={filters.shown ?? ""}
          onChange={(shown) => set("shown", shown)}
        />
        <Select allowClear aria-label="时效" placeholder="时效" style={{ width: 150 }} options={options(CLOCKS)} value={filters.kind} onChange={(kind) => set("kind", kind)} />
        <DealerPick value={number(filters.dealer)} onChange={(id) => set("dealer", id)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有超时" />
    </div>
  );
}

const COLUMNS = [
  { title: "时效", dataIndex: "kind", render: (kind: string, { level }: Line) => <><div>{word(CLOCKS, kind)}</div><LevelTag level={level} /></> },
  { title: "迟了多久", render: (_: unknown, line: Line) => <HowLate breach={line} /> },
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "网点", dataIndex: "dealer_name", render: (name: string | null) => name ?? BRAND },
  { title: "等谁处理", render: (_: unknown, line: Line) => <Whose breach={line} /> },
  { title: "说明与申诉", render: (_: unknown, line: Line) => <Story breach={line} /> },
  { title: "", key: "deeds", render: (_: unknown, line: Line) => <Answer line={line} /> },
];

type Reason = Schemas["ExcuseBody"]["reason"];

function Answer({ line }: { line: Line }) {
  const may = useMay();
  if (!may("POST /api/v1/breaches/{breach_id}/excuse") || line.excused_at || line.withdrawn_at) return null;
  const path = { breach_id: line.id };
  return (
    <Space>
      {line.dealer_id == null && !line.acknowledged_at && (
        <Deed<{ memo: string }>
          size="small"
          label="说明情况"
          send={(body, header) => http.POST("/api/v1/breaches/{breach_id}/acknowledge", { params: { path, header }, body })}
        >
          <TextField name="memo" label="发生了什么，怎么补救" long />
        </Deed>
      )}
      <Deed<{ reason: Reason }>
        size="small"
        label="免责"
        send={(body, header) => http.POST("/api/v1/breaches/{breach_id}/excuse", { params: { path, header }, body })}
      >
        <ChoiceField name="reason" label="原因" options={options(EXCUSES)} />
      </Deed>
      {line.appealed_at && !line.declined_at && (
        <Deed<{ reason: string }>
          size="small"
          label="驳回申诉"
          send={(body, header) => http.POST("/api/v1/breaches/{breach_id}/decline-appeal", { params: { path, header }, body })}
        >
          <TextField name="reason" label="理由（网点会看到）" long />
        </Deed>
      )}
    </Space>
  );
}

/** What nobody has answered yet: a line for each dealer, a column for each level. */
function Digest({ onDealer }: { onDealer: (id: number) => void }) {
  const asked = api.useQuery("get", "/api/v1/breach-digest");
  return (
    <div style={{ marginBottom: 16 }}>
      <Loaded asked={asked}>{({ items }) => (items.length === 0 ? <Alert type="success" title="没有未处理的超时" /> : <Counts counts={items} onDealer={onDealer} />)}</Loaded>
    </div>
  );
}

function Counts({ counts, onDealer }: { counts: readonly Count[]; onDealer: (id: number) => void }) {
  const dealers = [...new Map(counts.map((one) => [one.dealer_id, one])).values()];
  const of = (id: number | null, level: string) => counts.find((one) => one.dealer_id === id && one.level === level);
  const columns = [
    {
      title: "未处理的超时",
      dataIndex: "dealer_name",
      render: (name: string | null, { dealer_id }: Count) =>
        dealer_id === null ? BRAND : <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onDealer(dealer_id)}>{name}</Button>,
    },
    ...Object.entries(LEVELS)
      .reverse()
      .map(([level, label]) => ({
        title: label,
        key: level,
        align: "right" as const,
        className: "numbers",
        render: (_: unknown, { dealer_id }: Count) => of(dealer_id, level)?.breaches ?? "—",
      })),
    {
      title: "最早应于",
      render: (_: unknown, { dealer_id }: Count) =>
        time(counts.filter((one) => one.dealer_id === dealer_id).map((one) => one.due_at).sort()[0]),
    },
  ];
  return <Table<Count> size="small" pagination={false} columns={columns} dataSource={dealers} rowKey={(one) => String(one.dealer_id)} />;
}
