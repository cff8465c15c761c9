import { Button, Card, Table, Tag } from "antd";
import { useState } from "react";

import { api, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { CLOCKS, LEVELS as NAMES, word } from "@/app/words";
import { time } from "@/parts/format";
import { LEVELS } from "./levels";

type Clock = Schemas["ClockLine"];
type Breach = Schemas["BreachLine"];

const COLUMNS = [
  { title: "时效", dataIndex: "kind", render: (kind: string) => word(CLOCKS, kind) },
  { title: "截止", dataIndex: "due_at", render: time },
  { title: "完成", dataIndex: "stopped_at", render: time },
  {
    title: "状态",
    render: (_: unknown, clock: Clock) => {
      const level = LEVELS[clock.level] ?? LEVELS[0]!;
      return (
        <>
          <Tag color={level.colour}>{level.label}</Tag>
          {clock.paused && <Tag>暂停中</Tag>}
          {clock.provisional && <Tag>暂估</Tag>}
        </>
      );
    },
  },
];

/** What has to happen by when, and what was said about what came too late. */
export function Clocks({ job }: { job: Schemas["JobPage"] }) {
  const may = useMay();
  const [all, showAll] = useState(false);
  const telling = job.clocks.filter((clock) => all || !clock.stopped_at || clock.level > 0);
  const rest = job.clocks.length - telling.length;
  const more = rest > 0 && (
    <Button size="small" type="link" onClick={() => showAll(true)}>
      按时完成的 {rest} 项
    </Button>
  );
  return (
    <Card size="small" title="时效" extra={more}>
      <Table
        size="small"
        pagination={false}
        columns={COLUMNS}
        dataSource={telling}
        rowKey={(clock) => `${clock.kind}${clock.starts_at}`}
        locale={{ emptyText: "都按时完成了" }}
      />
      {may("GET /api/v1/breaches") && <Breaches jobId={job.id} />}
    </Card>
  );
}

function Breaches({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/breaches", { params: { query: { job_id: jobId, limit: 100 } } });
  const told = (asked.data?.items ?? []).filter((one) => breachWords(one) !== "");
  return (
    <ul className="lines">
      {told.map((one) => (
        <li key={one.id}>
          {word(CLOCKS, one.kind)}
          {word(NAMES, one.level)}：{breachWords(one)}
        </li>
      ))}
    </ul>
  );
}

/** What has been said about a breach, in the order in which it outweighs what came before. */
const breachWords = (one: Breach): string =>
  [
    one.memo && `网点说明「${one.memo}」`,
    one.appealed_at && `网点申诉「${one.appeal ?? ""}」`,
    one.declined_at && `申诉已驳回「${one.declined ?? ""}」`,
    one.excused_at && "已免责",
    one.withdrawn_at && "已撤销",
  ]
    .filter(Boolean)
    .join("；");
