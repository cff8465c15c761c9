import { Card, Statistic } from "antd";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { money } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Panel, type Period } from "./Panel";
import { column, YUAN } from "./weeks";

type Row = Schemas["FeesRow"];

const KINDS = {
  fees_fen: "服务费",
  share_fen: "利润分成",
  bonus_fen: "奖励",
  reward_fen: "联盟与返利",
  penalty_fen: "扣款",
  refund_fen: "退还与赔付",
} as const;

const useFees = (period: Period) => api.useQuery("get", "/api/v1/reports/fees", { params: { query: { ...period, by: "week", limit: 100 } } });

/** Only kinds that occur: an empty one would take a colour for nothing. */
const kinds = (rows: readonly Row[]) =>
  (Object.keys(KINDS) as (keyof typeof KINDS)[])
    .filter((kind) => rows.some((row) => row[kind] !== 0))
    .map((kind) => ({ name: KINDS[kind], stack: "all", of: column(rows, (row) => row[kind]) }));

export function Fees({ period }: { period: Period }) {
  const asked = useFees(period);
  const behind = { which: "paid", words: "计费的工单" };
  return <Panel title="网点所得与扣减" note="每周入账多少元，按类叠放；零线以下是扣减。" name="fees" behind={behind} scale={YUAN} bars lines={kinds} empty="这段时间没有入账。" {...{ period, asked }} />;
}

export function PerJob({ period }: { period: Period }) {
  const asked = useFees(period);
  const behind = { which: "clawed", words: "有冲回的工单" };
  const lines = (rows: readonly Row[]) => [
    { name: "每单应付", of: column(rows, (row) => row.per_job_fen) },
    ...(rows.some((row) => row.clawed_fen !== 0) ? [{ name: "冲回合计", of: column(rows, (row) => Math.abs(row.clawed_fen)), dashed: true }] : []),
  ];
  return <Panel title="每单应付与冲回" note="平均一单付给网点多少元；虚线是已付又收回的合计。" name="fees" behind={behind} scale={YUAN} empty="这段时间没有入账。" {...{ period, asked, lines }} />;
}

/** What is owed at this moment, and what is held back: each leads to where it is settled. */
export function Standing() {
  const asked = api.useQuery("get", "/api/v1/reports/money-standing");
  return (
    <Card size="small" title={<h2>此刻的应付与暂缓</h2>} extra={<Link to="/months">月结</Link>}>
      <Loaded asked={asked}>
        {(now) => (
          <div className="figures">
            <Statistic title="应付网点、尚未支付" value={money(now.owed_fen)} />
            <Statistic title="网点欠款" value={money(Math.abs(now.deficit_fen))} />
            <Statistic title="有异议、暂不付" value={money(now.contested_fen)} suffix={now.contested_lines > 0 ? `（${now.contested_lines} 行）` : undefined} />
            <Statistic title="完结未计费的工单" value={now.jobs_unposted} />
            <Statistic title="等成本的分成" value={now.shares_held} />
            <Statistic title="申诉中、暂不扣的处罚" value={now.penalties_appealed} />
            <Statistic title="待复核的更正" value={now.corrections_waiting} />
          </div>
        )}
      </Loaded>
    </Card>
  );
}
