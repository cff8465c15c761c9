import { Button, Card, Table, Tag } from "antd";
import { useMutation } from "@tanstack/react-query";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { time } from "@/parts/format";
import { useTold } from "@/parts/told";

type Run = Schemas["RunLine"];
type Task = Schemas["RunBody"]["task"];

const TASKS: readonly { task: Task; name: string; does: string }[] = [
  { task: "fees", name: "计费", does: "已完结工单的费用入账" },
  { task: "profit_share", name: "利润分成", does: "退款期满的订单分成入账" },
  { task: "penalties", name: "处罚入账", does: "到期且无申诉的处罚" },
  { task: "statements", name: "生成结算单", does: "应付分录列入结算单" },
  { task: "statement_silence", name: "逾期视为确认", does: "答复期满的结算单" },
  { task: "balance_check", name: "余额核对", does: "余额与全部分录一致" },
  { task: "payout_check", name: "付款核对", does: "总账、批次与银行结果一致" },
];

/** The runs that a month waits for: when each ran last and how it went, and again at a press. */
export function Runs() {
  return (
    <Card size="small" title="结算任务">
      <Table size="small" pagination={false} rowKey="task" dataSource={TASKS} columns={COLUMNS} showHeader={false} />
    </Card>
  );
}

const COLUMNS = [
  {
    title: "任务",
    render: (_: unknown, { name, does }: (typeof TASKS)[number]) => (
      <>
        <strong>{name}</strong>
        <div className="quiet">{does}</div>
      </>
    ),
  },
  { title: "最近一次", render: (_: unknown, { task }: (typeof TASKS)[number]) => <Last task={task} /> },
];

function Last({ task }: { task: Task }) {
  const may = useMay();
  const asked = api.useQuery(
    "get",
    "/api/v1/runs",
    { params: { query: { task, limit: 1 } } },
    { refetchInterval: (query) => (query.state.data?.items.some(working) ? 1_500 : 15_000) },
  );
  const told = useTold("已排入，稍后运行");
  const start = useMutation({ mutationFn: () => http.POST("/api/v1/runs", { body: { task } }), ...told });
  const run = asked.data?.items[0];
  return (
    <div style={{ display: "flex", gap: 8, justifyContent: "space-between" }}>
      {run ? <How run={run} /> : <span className="quiet">还没有运行过</span>}
      {may("POST /api/v1/runs") && (
        <Button size="small" loading={start.isPending || (run && working(run))} onClick={() => start.mutate()}>
          立即运行
        </Button>
      )}
    </div>
  );
}

const working = (run: Run): boolean => !run.finished_at && !run.error;

function How({ run }: { run: Run }) {
  if (working(run)) return <Tag color="processing">{run.started_at ? "运行中" : "排队中"}</Tag>;
  return (
    <div>
      <Tag color={run.error ? "red" : "green"}>{run.error ? "失败" : "完成"}</Tag>
      <div className="quiet numbers">{time(run.finished_at)}</div>
      {run.error}
    </div>
  );
}
