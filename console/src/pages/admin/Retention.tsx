import { Button, Card, Space, Table, Tag } from "antd";

import { api, type Schemas } from "@/api/client";
import { word, type Words } from "@/app/words";
import { day, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { Loaded } from "@/parts/Loaded";
import { WideTable } from "@/parts/WideTable";

type Due = Schemas["Due"];
type Record = Schemas["RecordLine"];

const CAUSES: Words = { term: "到期", request: "本人要求" };

const TERMS = [
  { title: "数据", dataIndex: "name" },
  { title: "结束后保存", dataIndex: "months", align: "right" as const, className: "numbers", render: (months: number) => `${months} 个月` },
];

const DUE = [
  { title: "数据", dataIndex: "name" },
  { title: "早于", dataIndex: "ended_before", render: day, className: "numbers" },
  { title: "将删除（人）", align: "right" as const, className: "numbers", render: (_: unknown, due: Due) => `${due.subjects}${due.more ? "+" : ""}` },
  { title: "照片", dataIndex: "photos", align: "right" as const, className: "numbers" },
  { title: "暂不删除", dataIndex: "kept", render: (kept: Due["kept"]) => kept.map((one) => <Tag key={one.why}>{one.name} {one.subjects}</Tag>) },
];

/** How long data is kept, what is due to go tonight, and what has gone. */
export default function Retention() {
  const terms = api.useQuery("get", "/api/v1/retention");
  const records = api.useInfiniteQuery("get", "/api/v1/retention/records", { params: { query: { limit: 20 } } }, PAGED);
  const names = Object.fromEntries((terms.data?.items ?? []).map(({ kind, name }) => [kind, name]));
  return (
    <div className="page">
      <h1>数据保存与删除</h1>
      <div className="desk">
        <Preview />
        <Card size="small" title="保存期限">
          <Loaded asked={terms}>{({ items }) => <Table size="small" pagination={false} columns={TERMS} dataSource={items} rowKey="kind" />}</Loaded>
        </Card>
      </div>
      <Card size="small" title="删除记录" style={{ marginTop: 16 }}>
        <Lines asked={records} columns={columnsOf(names)} rowKey={(record) => record.seq} empty="还没有删除过" />
      </Card>
    </div>
  );
}

/** Counted when asked for: it goes through all that is kept. */
function Preview() {
  const asked = api.useQuery("get", "/api/v1/retention/preview", {}, { enabled: false });
  const button = (
    <Button size="small" loading={asked.isFetching} onClick={() => void asked.refetch()}>
      试算
    </Button>
  );
  return (
    <Card size="small" title="到期数据" extra={button}>
      {asked.isFetched ? (
        <Loaded asked={asked}>
          {({ at, kinds }) => (
            <Space orientation="vertical" style={{ width: "100%" }}>
              <WideTable columns={DUE} dataSource={kinds} rowKey="kind" />
              <span className="quiet">{time(at)} 试算，没有删除任何数据</span>
            </Space>
          )}
        </Loaded>
      ) : (
        <span className="quiet">试算下一次会删除什么，不会真的删除。</span>
      )}
    </Card>
  );
}

const columnsOf = (names: Words) => [
  { title: "序号", dataIndex: "seq", className: "numbers" },
  { title: "时间", dataIndex: "at", render: time, className: "numbers" },
  { title: "数据", dataIndex: "kind", render: (kind: string) => word(names, kind) },
  { title: "原因", dataIndex: "cause", render: (cause: string) => word(CAUSES, cause) },
  { title: "人数", dataIndex: "subjects", align: "right" as const, className: "numbers" },
  { title: "规则", dataIndex: "rule", className: "words" },
  { title: "校验", dataIndex: "hash", className: "numbers", render: (hash: Record["hash"]) => <span title={hash}>{hash.slice(0, 12)}</span> },
];
