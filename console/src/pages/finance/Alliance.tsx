import { Card, Form, InputNumber, Space } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { today } from "@/parts/days";
import { DealerName, DealerPick } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { ChoiceField, dayOf, DayField, NumberField, ShareField, TextField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { day, share, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { COUNT, FEN } from "./columns";
import { Signatures } from "./Signatures";

/** The alliance as the brand keeps it: what a year pays whom, by which terms, under which agreement. */
export default function Alliance() {
  return (
    <div className="page">
      <h1>服务联盟</h1>
      <Rewards />
      <Terms />
      <Agreements />
    </div>
  );
}

const REWARDS = [
  { title: "网点", dataIndex: "dealer_id", render: (id: number) => <DealerName id={id} /> },
  { title: "在盟月数", dataIndex: "months", ...COUNT },
  { title: "线下", dataIndex: "offline_fen", ...FEN },
  { title: "线上", dataIndex: "online_fen", ...FEN },
  { title: "联盟奖励", dataIndex: "reward_fen", ...FEN },
  { title: "年终返利", dataIndex: "rebate_fen", ...FEN },
  { title: "怎么算的", render: (_: unknown, line: Schemas["YearLine"]) => <Reckoned line={line} /> },
];

const Reckoned = ({ line }: { line: Schemas["YearLine"] }) => (
  <div className="words">
    <div>{line.reward_text}</div>
    <div>{line.rebate_text}</div>
    {line.held.length > 0 && <div>暂不发放：{line.held.join("；")}</div>}
    {line.posted.length > 0 && <div className="quiet">已入账：{line.posted.join("、")}</div>}
  </div>
);

function Rewards() {
  const [filters, set] = useFilters("year");
  const year = number(filters.year) ?? Number(today().slice(0, 4));
  const asked = api.useInfiniteQuery("get", "/api/v1/alliance/rewards", { params: { query: { year, limit: 50 } } }, PAGED);
  return (
    <Card size="small" title="年度奖励与返利" style={{ marginBottom: 16 }} extra={<InputNumber aria-label="年度" size="small" min={2000} max={9998} value={year} onChange={(value) => set("year", value)} suffix="年" />}>
      <Lines asked={asked} columns={REWARDS} rowKey={(line) => line.dealer_id} empty={`${year} 年没有联盟成员`} />
    </Card>
  );
}

type Policy = Schemas["YearTermsBody"];
type TermsLine = Schemas["YearTermsLine"];

/** The contract leaves the shape of kept terms open; they are what was posted. */
const policyOf = (line: TermsLine) => line.terms as unknown as Policy;

const APPLIES = [{ value: "whole", label: "达到档位，全部销售额按该档" }, { value: "slice", label: "各档分段计算" }];

const TERMS = [
  { title: "版本", dataIndex: "version", render: (version: number) => `第 ${version} 版` },
  { title: "自年度", render: (_: unknown, line: TermsLine) => policyOf(line).from_year },
  { title: "奖励比例", render: (_: unknown, line: TermsLine) => share(policyOf(line).reward_bp) },
  { title: "准时率不低于", render: (_: unknown, line: TermsLine) => share(policyOf(line).on_time_bp) },
  { title: "成立投诉不超过", render: (_: unknown, line: TermsLine) => `${policyOf(line).complaints_most ?? "—"} 件` },
  { title: "返利档位", render: (_: unknown, line: TermsLine) => (policyOf(line).tiers ?? []).map((tier) => <div key={tier.from_fen}>{FEN.render(tier.from_fen)} 起 {share(tier.bp)}</div>) },
  { title: "制定", dataIndex: "created_at", render: time },
];

function Terms() {
  const may = useMay();
  const asked = api.useInfiniteQuery("get", "/api/v1/alliance/terms", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <Card size="small" title="年度政策" style={{ marginBottom: 16 }} extra={may("POST /api/v1/alliance/terms") && <NewTerms />}>
      <Lines asked={asked} columns={TERMS} rowKey={(line) => line.version} empty="还没有制定年度政策：按默认政策（奖励 1.5 %，准时率 90 %，成立投诉不超过 3 件）" />
    </Card>
  );
}

interface Told {
  from_year: number;
  reward_bp: number;
  on_time_bp: number;
  complaints_most: number;
  pay_after_days: number;
  applies: "whole" | "slice";
  tiers: string;
}

const NewTerms = () => (
  <Deed<Told>
    label="制定年度政策"
    initial={{ reward_bp: 150, on_time_bp: 9_000, complaints_most: 3, pay_after_days: 31, applies: "whole", tiers: "" }}
    send={({ tiers, ...told }, once) => http.POST("/api/v1/alliance/terms", { params: { header: { ...once } }, body: { ...told, tiers: tiersOf(tiers) } })}
  >
    <div className="three">
      <NumberField name="from_year" label="自年度" least={2000} />
      <ShareField name="reward_bp" label="联盟奖励比例" />
      <ShareField name="on_time_bp" label="准时率不低于" />
      <NumberField name="complaints_most" label="成立投诉不超过" least={0} unit="件" />
      <NumberField name="pay_after_days" label="年后几天起发放" least={0} unit="天" />
    </div>
    <ChoiceField name="applies" label="返利档位怎么用" options={APPLIES} />
    <TextField name="tiers" label="返利档位" free long help="每行一档：销售额（元）与比例（%），如 1000000 2" />
  </Deed>
);

/** "1000000 2" → from ¥1,000,000, 2 %. */
function tiersOf(text: string): Schemas["TierBody"][] {
  const lines = (text ?? "").split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [from, percent] = line.trim().split(/[\s,，]+/).map(Number);
    return { from_fen: Math.round((from ?? 0) * 100), bp: Math.round((percent ?? 0) * 100) };
  });
}

const AGREEMENTS = [
  { title: "版本", dataIndex: "version", render: (version: number) => `第 ${version} 版` },
  { title: "生效", dataIndex: "effective_from", render: day },
  { title: "发布", dataIndex: "published_at", render: time },
  { title: "已签署", dataIndex: "signatures", ...COUNT },
  { title: "", dataIndex: "version", key: "who", render: (version: number) => <Signatures version={version} /> },
];

const TEXT = {
  columnTitle: "正文",
  columnWidth: 72,
  expandedRowRender: ({ text }: Schemas["AgreementCard"]) => <div className="agreement">{text}</div>,
};

function Agreements() {
  const may = useMay();
  const asked = api.useInfiniteQuery("get", "/api/v1/alliance/agreements", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <Card size="small" title="联盟协议" extra={
        <Space>
          {may("POST /api/v1/alliance/leave") && <Leave />}
          {may("POST /api/v1/alliance/agreements") && <Publish />}
        </Space>
      }>
      <Lines asked={asked} columns={AGREEMENTS} rowKey={(line) => line.id} expandable={TEXT} empty="还没有发布联盟协议" />
    </Card>
  );
}

const Leave = () => (
  <Deed<{ dealer_id: number }> danger label="登记退出" title="登记网点退出联盟" send={(body, once) => http.POST("/api/v1/alliance/leave", { params: { header: { ...once } }, body })}>
    <p>自今天起不再是联盟成员；今年的奖励按在盟月数计算。</p>
    <Form.Item name="dealer_id" label="网点" rules={[{ required: true, message: "请选择网点" }]}>
      <DealerPick />
    </Form.Item>
  </Deed>
);

const Publish = () => (
  <Deed<{ text: string; effective_from: Dayjs }>
    label="发布新协议"
    width={720}
    send={({ text, effective_from }, once) => http.POST("/api/v1/alliance/agreements", { params: { header: { ...once } }, body: { text, effective_from: dayOf(effective_from) } })}
  >
    <p>发布后不能修改；各网点须签署这一版。</p>
    <DayField name="effective_from" label="生效日期" />
    <TextField name="text" label="正文" long most={50_000} />
  </Deed>
);
