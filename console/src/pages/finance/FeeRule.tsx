import { Card, Select, Space, Table, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useNavigate, useParams } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { DayField, firstOf } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { day, metres, money, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { bodyOf } from "./RuleFields";
import { TryOut } from "./TryOut";
import { type Column, DEFAULTS, tablesOf } from "./ruleTables";
import { WideTable } from "@/parts/WideTable";

type Rule = Schemas["RuleLine"];

/** One version: what it says, what it says otherwise than another, and what a whole month would have come to. */
export default function FeeRule() {
  const version = Number(useParams().version);
  const asked = api.useQuery("get", "/api/v1/fee-rules/{version}", { params: { path: { version } } });
  const all = api.useQuery("get", "/api/v1/fee-rules", { params: { query: { limit: 100 } } });
  return (
    <div className="page">
      <Loaded asked={asked}>{({ line, says }) => <Shown rule={line} says={says} all={all.data?.items ?? []} />}</Loaded>
    </div>
  );
}

/** What a version says beside its tables, by the words its lines begin with. */
const GENERAL = ["空跑费比例", "独家加价", "一次完工奖励", "多收退赔"];

function Shown({ rule, says, all }: { rule: Rule; says: readonly string[]; all: readonly Rule[] }) {
  const may = useMay();
  const body = bodyOf(rule);
  const tables = tablesOf(body);
  return (
    <>
      <h1>
        收费规则第 {rule.version} 版 <Tag>自 {day(rule.effective_from)} 生效</Tag>
        <span className="quiet small">{time(rule.created_at)} 建立</span>
      </h1>
      {may("POST /api/v1/fee-rules/{version}/preview") && <MonthPreview version={rule.version} />}
      {all.length > 1 && <Difference rule={rule} all={all} />}
      <div className="columns">
        <Card size="small" title="通用">
          {says.filter((line) => GENERAL.some((name) => line.startsWith(name))).join("；")}
        </Card>
        {[...tables.filter((one) => !isWide(one)), ...tables.filter(isWide)].map(({ name, title, columns }) => {
          const rows = (body[name] ?? []) as readonly object[];
          if (rows.length === 0) return null;
          return (
            <Card size="small" key={name} title={title} style={isWide({ columns }) ? { columnSpan: "all" } : undefined}>
              <WideTable columns={columns.map(shown)} dataSource={[...rows]} rowKey={(row) => JSON.stringify(row)} />
            </Card>
          );
        })}
        <TryOut rule={rule} />
      </div>
    </>
  );
}

/** Tables without room in half a page; they stand below the others. */
const isWide = ({ columns }: { columns: readonly Column[] }): boolean => columns.length > 6;

const shown = (column: Column) => ({
  title: column.title,
  dataIndex: column.name,
  align: column.kind === "choice" ? ("left" as const) : ("right" as const),
  className: "numbers",
  render: (value: unknown) => said(column, value ?? DEFAULTS[column.name]),
});

function said({ kind, options }: Column, value: unknown): string {
  if (kind === "choice") return options?.find((one) => one.value === value)?.label ?? String(value);
  if (value == null) return "—";
  return kind === "money" ? money(value as number) : kind === "metres" ? metres(value as number) : String(value);
}

function MonthPreview({ version }: { version: number }) {
  const go = useNavigate();
  const send = async ({ month }: { month: Dayjs }, header: object) => {
    const { data } = await http.POST("/api/v1/fee-rules/{version}/preview", { params: { path: { version }, header: { ...header } }, body: { month: firstOf(month) } });
    if (data) void go(`/fee-previews/${data.id}`);
  };
  return (
    <div style={{ marginBottom: 16 }}>
      <Deed<{ month: Dayjs }> label="用整月工单预览" send={send}>
        <p>用这一版重算那个月的全部工单，只看结果，不入账。</p>
        <DayField name="month" label="月份" month />
      </Deed>
    </div>
  );
}

function Difference({ rule, all }: { rule: Rule; all: readonly Rule[] }) {
  const [filters, set] = useFilters("with");
  const others = all.filter((one) => one.version !== rule.version);
  const chosen = number(filters.with) ?? rule.version - 1;
  const other = others.find((one) => one.version === chosen)?.version ?? others[0]!.version;
  const path = { version: other, other_version: rule.version };
  const asked = api.useQuery("get", "/api/v1/fee-rules/{version}/diff/{other_version}", { params: { path } });
  const pick = (
    <Space>
      与
      <Select size="small" aria-label="比较的版本" value={other} onChange={(value) => set("with", value)} options={others.map((one) => ({ value: one.version, label: `第 ${one.version} 版` }))} />
      相比
    </Space>
  );
  return (
    <Card size="small" title="差异" extra={pick} style={{ marginBottom: 16 }}>
      <Loaded asked={asked}>
        {({ changes }) => <Table size="small" pagination={false} columns={CHANGES} dataSource={changes} rowKey="text" locale={{ emptyText: "两个版本没有不同" }} />}
      </Loaded>
    </Card>
  );
}

const CHANGES = [
  { title: "项目", dataIndex: "label" },
  { title: "原来", dataIndex: "was", render: (was: string | null) => was ?? <Tag>新增</Tag> },
  { title: "现在", dataIndex: "now", render: (now: string | null) => (now == null ? <Tag>取消</Tag> : <strong>{now}</strong>) },
];
