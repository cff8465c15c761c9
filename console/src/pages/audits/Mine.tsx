import { Card, Empty, Statistic, Table } from "antd";

import { api, type Query, type Schemas } from "@/api/client";
import { DayRange } from "@/parts/DayRange";
import { useFilters } from "@/parts/filters";
import { Loaded } from "@/parts/Loaded";

type Day = Schemas["PaceDay"];

const seconds = (count: number | null) => (count === null ? "—" : count < 90 ? `${count} 秒` : `${Math.round(count / 60)} 分`);

const columns = (most: number) => [
  { title: "日期", dataIndex: "day" },
  { title: "结论", dataIndex: "verdicts", align: "right" as const },
  { title: "", render: (_: unknown, day: Day) => <Bar day={day} most={most} /> },
  { title: "合格", dataIndex: "passed", align: "right" as const },
  { title: "需补充证据", dataIndex: "evidence", align: "right" as const },
  { title: "需返工", dataIndex: "work", align: "right" as const },
  { title: "每单用时（中位数）", dataIndex: "median_seconds", align: "right" as const, render: seconds },
];

// Each darker than the one before: told apart without their colours too.
const PARTS = [
  { name: "passed", colour: "#b5ddd2" },
  { name: "evidence", colour: "#e69f00" },
  { name: "work", colour: "#a8071a" },
] as const;

function Bar({ day, most }: { day: Day; most: number }) {
  return (
    <div aria-hidden="true" style={{ display: "flex", width: 240, height: 12 }}>
      {PARTS.map(({ name, colour }) => (
        <div key={name} style={{ width: `${(100 * day[name]) / most}%`, background: colour }} />
      ))}
    </div>
  );
}

/** One's own pace, and how often a second person said the same; nobody else's is shown. */
export default function Mine() {
  const [filters, set] = useFilters("since", "until");
  const asked = api.useQuery("get", "/api/v1/audits/mine", { params: { query: filters as Query<"/api/v1/audits/mine"> } });
  return (
    <div className="page">
      <h1>我的稽核</h1>
      <div className="filters">
        <DayRange since={filters.since} until={filters.until} onChange={set} />
      </div>
      <Loaded asked={asked}>{(mine) => <Shown mine={mine} />}</Loaded>
    </div>
  );
}

function Shown({ mine }: { mine: Schemas["OwnAudits"] }) {
  const all = mine.days.reduce((sum, day) => sum + day.verdicts, 0);
  const of = (count: number) => (mine.second_looks ? `${count} / ${mine.second_looks}` : "—");
  return (
    <>
      <Card size="small" title={`${mine.since} 至 ${mine.until}`} style={{ marginBottom: 16 }}>
        <div style={{ display: "flex", gap: 48, flexWrap: "wrap" }}>
          <Statistic title="结论" value={all} />
          <Statistic title="稽核天数" value={mine.days.length} />
          <Statistic title="与另一人一致（双人稽核）" value={of(mine.agreed)} />
          <Statistic title="最终按我的结论" value={of(mine.held)} />
        </div>
        <p className="quiet" style={{ marginBottom: 0 }}>双人稽核在了结之后才计入；用时为相邻两个结论之间的间隔，超过半小时的不计。</p>
      </Card>
      {mine.days.length === 0 ? (
        <Empty description="这段时间没有下过结论" />
      ) : (
        <Table size="small" pagination={false} columns={columns(Math.max(...mine.days.map((day) => day.verdicts)))} dataSource={[...mine.days].reverse()} rowKey="day" />
      )}
    </>
  );
}
