import { Card, Descriptions, Table } from "antd";
import { Link, useParams } from "react-router";

import { api, type Schemas } from "@/api/client";
import { Lines, PAGED } from "@/parts/Lines";
import { Loaded } from "@/parts/Loaded";
import { money, monthOf } from "@/parts/format";
import { COUNT, FEN } from "./columns";
import { Way } from "./FeeRules";

type Sums = Schemas["PreviewSums"];
type Both = { was_fen: number; now_fen: number };

/** What a version would have made of a month: in all, by kind, account and dealer, and the largest differences. */
export default function FeePreview() {
  const id = Number(useParams().previewId);
  const asked = api.useQuery(
    "get",
    "/api/v1/fee-previews/{preview_id}",
    { params: { path: { preview_id: id } } },
    { refetchInterval: (query) => (query.state.data?.result || query.state.data?.preview.error ? false : 1_500) },
  );
  return (
    <div className="page">
      <Loaded asked={asked}>
        {({ preview, result }) => (
          <>
            <h1>
              第 {preview.version} 版对 {monthOf(preview.month)} 的预览
            </h1>
            <div style={{ marginBottom: 12 }}>
              <Way preview={preview} /> <Link to={`/fee-rules/${preview.version}`}>看这个版本</Link>
            </div>
            {result && <Result id={id} result={result} />}
          </>
        )}
      </Loaded>
    </div>
  );
}

const changeOf = ({ was_fen, now_fen }: Both): string => `${now_fen > was_fen ? "+" : ""}${money(now_fen - was_fen)}`;

const BOTH = [
  { title: "现在", dataIndex: "was_fen", ...FEN },
  { title: "预览", dataIndex: "now_fen", ...FEN },
  { title: "变化", ...COUNT, render: (_: unknown, both: Both) => <strong>{changeOf(both)}</strong> },
];

const KINDS = [
  { title: "项目", dataIndex: "title" },
  { title: "现在笔数", dataIndex: "lines_was", ...COUNT },
  { title: "预览笔数", dataIndex: "lines_now", ...COUNT },
  ...BOTH,
];

const ACCOUNTS = [{ title: "账户", dataIndex: "title" }, ...BOTH];
const DEALERS = [{ title: "网点", dataIndex: "dealer_name" }, ...BOTH];
const JOB = { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> };
const LARGEST = [
  JOB,
  ...BOTH,
  {
    title: "差在哪里",
    dataIndex: "lines",
    render: (lines: Schemas["LineChange"][]) =>
      lines.map((line) => (
        <div key={`${line.was}${line.now}`}>
          {line.was ?? "无"} → {line.now ?? "无"}
        </div>
      )),
  },
];
const REFUSALS = [JOB, { title: "原因", dataIndex: "reason" }];

function Result({ id, result }: { id: number; result: Sums }) {
  const items = [
    { label: "工单", children: result.jobs },
    { label: "有变化", children: result.changed },
    { label: "涉及网点", children: result.dealers },
    { label: "现在", children: money(result.was_fen) },
    { label: "预览", children: money(result.now_fen) },
    { label: "变化", children: <strong>{changeOf(result)}</strong> },
    { label: "这一版无法计价", children: result.refused },
    { label: "现在无法计价", children: `${result.unpaid}（其中 ${result.priced} 单按这一版可以）` },
  ];
  return (
    <>
      <Card size="small" style={{ marginBottom: 16 }}>
        <Descriptions size="small" column={4} className="numbers" items={items.map((item) => ({ key: item.label, ...item }))} />
      </Card>
      <div className="columns">
        <Card size="small" title="按项目">
          <Table size="small" pagination={false} columns={KINDS} dataSource={result.kinds} rowKey="kind" />
        </Card>
        <Card size="small" title="按账户（借方为正）">
          <Table size="small" pagination={false} columns={ACCOUNTS} dataSource={result.accounts} rowKey="account" />
        </Card>
        {result.refusals.length > 0 && (
          <Card size="small" title="这一版无法计价的工单">
            <Table size="small" pagination={false} columns={REFUSALS} dataSource={result.refusals} rowKey="job_id" />
          </Card>
        )}
        <Dealers id={id} />
      </div>
      <Card size="small" title="差额最大的工单">
        <Table size="small" pagination={false} columns={LARGEST} dataSource={result.largest} rowKey="job_id" locale={{ emptyText: "没有工单有变化" }} />
      </Card>
    </>
  );
}

function Dealers({ id }: { id: number }) {
  const params = { path: { preview_id: id }, query: { limit: 20 } };
  const asked = api.useInfiniteQuery("get", "/api/v1/fee-previews/{preview_id}/dealers", { params }, PAGED);
  return (
    <Card size="small" title="按网点，变化大的在前">
      <Lines asked={asked} columns={DEALERS} rowKey={(line) => line.dealer_id} empty="没有网点有变化" />
    </Card>
  );
}
