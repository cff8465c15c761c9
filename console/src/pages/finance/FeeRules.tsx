import { Card, Progress, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { day, monthOf, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { beginningsOf, RuleFields, ruleOf } from "./RuleFields";

type Rule = Schemas["RuleLine"];
type Preview = Schemas["PreviewLine"];

const RULES = [
  { title: "版本", dataIndex: "version", render: (version: number) => <Link to={`/fee-rules/${version}`}>第 {version} 版</Link> },
  { title: "生效", dataIndex: "effective_from", render: day },
  { title: "建立", dataIndex: "created_at", render: time },
  {
    title: "",
    dataIndex: "version",
    key: "diff",
    render: (version: number) => version > 1 && <Link to={`/fee-rules/${version}?with=${version - 1}`}>与上一版的差异</Link>,
  },
];

const PREVIEWS = [
  { title: "预览", dataIndex: "id", render: (id: number) => <Link to={`/fee-previews/${id}`}>{id}</Link> },
  { title: "版本", dataIndex: "version", render: (version: number) => `第 ${version} 版` },
  { title: "月份", dataIndex: "month", render: monthOf },
  { title: "进度", render: (_: unknown, preview: Preview) => <Way preview={preview} /> },
  { title: "提出", dataIndex: "asked_at", render: time },
];

/** Versions of the fee rules, never changed once made, and what a version would do to a month. */
export default function FeeRules() {
  const may = useMay();
  const rules = api.useInfiniteQuery("get", "/api/v1/fee-rules", { params: { query: { limit: 50 } } }, PAGED);
  const previews = api.useInfiniteQuery("get", "/api/v1/fee-previews", { params: { query: { limit: 20 } } }, { ...PAGED, refetchInterval: 5_000 });
  const newest = rules.data?.pages[0]?.items[0];
  return (
    <div className="page">
      <h1>收费规则</h1>
      <Card size="small" title="版本" style={{ marginBottom: 16 }} extra={newest && may("POST /api/v1/fee-rules") && <NewVersion newest={newest} />}>
        <Lines asked={rules} columns={RULES} rowKey={(rule) => rule.id} empty="还没有收费规则" />
      </Card>
      <Card size="small" title="用整月工单预览">
        <Lines asked={previews} columns={PREVIEWS} rowKey={(preview) => preview.id} empty="还没有预览过；在某个版本的页面上开始" />
      </Card>
    </div>
  );
}

function NewVersion({ newest }: { newest: Rule }) {
  return (
    <Deed<object> type="primary" label="新增版本" title={`新增版本：从第 ${newest.version} 版改起`} width={1240} initial={beginningsOf(newest)} send={(values, once) => http.POST("/api/v1/fee-rules", { params: { header: { ...once } }, body: ruleOf(newest, values) })}>
      <RuleFields rule={newest} />
    </Deed>
  );
}

/** How far a preview is. */
export function Way({ preview }: { preview: Preview }) {
  if (preview.error) return <Tag color="red">失败：{preview.error}</Tag>;
  if (preview.finished_at) return <Tag color="green">完成，{preview.jobs} 单</Tag>;
  const percent = preview.jobs ? Math.floor((preview.done / preview.jobs) * 100) : 0;
  return <Progress percent={percent} aria-label="预览进度" style={{ width: 180 }} format={() => (preview.jobs == null ? "排队中" : `${preview.done} / ${preview.jobs}`)} />;
}
