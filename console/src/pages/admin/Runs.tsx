import { App, Button, Checkbox, Select, Space, Tag } from "antd";
import { useQueryClient } from "@tanstack/react-query";

import { api, type Query, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { COUNTED, options, TASKS, word } from "@/app/words";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Run = Schemas["RunLine"];
type Task = Schemas["RunBody"]["task"];

const working = (run: Run): boolean => !run.finished_at && !run.error;

const COLUMNS = [
  { title: "任务", dataIndex: "task", render: (task: string) => <span title={task}>{word(TASKS, task)}</span> },
  { title: "应运行", dataIndex: "slot", render: time, className: "numbers" },
  { title: "开始", dataIndex: "started_at", render: time, className: "numbers" },
  { title: "用时", align: "right" as const, className: "numbers", render: (_: unknown, run: Run) => took(run) },
  { title: "来由", render: (_: unknown, run: Run) => (run.requested_by == null ? "定时" : "手动") },
  { title: "结果", render: (_: unknown, run: Run) => <How run={run} /> },
];

/** What ran by itself, what it did, and what failed; any task once more at a press. */
export default function Runs() {
  const [filters, set] = useFilters("task", "failed", "idle");
  const query = { task: filters.task, failed: filters.failed, worked: !filters.idle, limit: 50 } as Query<"/api/v1/runs">;
  const asked = api.useInfiniteQuery("get", "/api/v1/runs", { params: { query } }, {
    ...PAGED,
    refetchInterval: (found) => (found.state.data?.pages.some((page) => page.items.some(working)) ? 2_000 : 15_000),
  });
  return (
    <div className="page">
      <h1>定时任务</h1>
      <div className="filters" style={{ alignItems: "center" }}>
        <Select allowClear showSearch optionFilterProp="label" placeholder="任务" aria-label="任务" style={{ width: 240 }} options={options(TASKS)} value={filters.task} onChange={(value) => set("task", value)} />
        <Select allowClear placeholder="结果" aria-label="结果" style={{ width: 130 }} options={FAILED} value={filters.failed} onChange={(value) => set("failed", value)} />
        <Checkbox checked={Boolean(filters.idle)} onChange={({ target }) => set("idle", target.checked ? "yes" : null)}>
          连同无事可做的
        </Checkbox>
        {filters.task && <Start task={filters.task as Task} />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(run) => run.id} empty="没有符合条件的运行记录" />
    </div>
  );
}

const FAILED = [
  { value: "true", label: "失败" },
  { value: "false", label: "没有失败" },
];

function Start({ task }: { task: Task }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const start = api.useMutation("post", "/api/v1/runs", {
    onSuccess: async () => {
      void message.success("已排入，稍后运行");
      await queries.invalidateQueries();
    },
    onError: (error: unknown) => void message.error(said(error)),
  });
  return (
    <Button type="primary" loading={start.isPending} onClick={() => start.mutate({ body: { task } })}>
      立即运行
    </Button>
  );
}

function took({ started_at, finished_at }: Run): string {
  if (!started_at || !finished_at) return "—";
  return `${((Date.parse(finished_at) - Date.parse(started_at)) / 1000).toFixed(1)} 秒`;
}

function How({ run }: { run: Run }) {
  if (working(run)) return <Tag color="processing">{run.started_at ? "运行中" : "排队中"}</Tag>;
  const counts = Object.entries(run.counts).filter(([name, count]) => typeof count === "number" && count > 0 && name !== "size_bytes");
  return (
    <Space wrap>
      <Tag color={run.error ? "red" : "green"}>{run.error ? "失败" : "完成"}</Tag>
      {run.error}
      <span className="numbers">{counts.length === 0 && !run.error ? <span className="quiet">无事可做</span> : counts.map(([name, count]) => `${word(COUNTED, name)} ${String(count)}`).join("，")}</span>
      <span className="quiet">{reasons(run.counts.reasons)}</span>
    </Space>
  );
}

/** Why something was left: by job in words, or how many times each. */
function reasons(told: unknown): string {
  if (Array.isArray(told)) return told.slice(0, 3).map(({ job_id, reason }: { job_id: number; reason: string }) => `工单 ${job_id}：${reason}`).join("；");
  return Object.entries(told ?? {}).map(([reason, times]) => `${reason} × ${String(times)}`).join("，");
}
