import { Card, Table, Tag } from "antd";

import type { Schemas } from "@/api/client";
import { CLOCKS, word } from "@/app/words";
import { time } from "@/parts/format";

type Clock = Schemas["ClockLine"];

const LEVELS = [
  { colour: "green", label: "正常" },
  { colour: "gold", label: "将到期" },
  { colour: "red", label: "已超时" },
  { colour: "magenta", label: "严重超时" },
];

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

/** What has to happen by when. */
export function Clocks({ clocks }: { clocks: readonly Clock[] }) {
  return (
    <Card size="small" title="时效">
      <Table size="small" pagination={false} columns={COLUMNS} dataSource={[...clocks]} rowKey={(clock) => `${clock.kind}${clock.starts_at}`} locale={{ emptyText: "没有计时" }} />
    </Card>
  );
}
