import { Checkbox, Space, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { options, PENALTY_REASONS, type Words } from "@/app/words";
import { DealerName, DealerPick } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { ChoiceField, MoneyField, NumberField, TextField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { day, monthOf, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { FEN, WORDS } from "./columns";

type Penalty = Schemas["PenaltyLine"];

const COLOURS: Words = { standing: "default", appealed: "gold", declined: "red", lifted: "green" };
const TAKES: Words = { statement: "从下一期结算单扣", reward: "从当年联盟奖励扣" };

/** A platform's penalty comes in by its own file. */
const GIVEN = options(PENALTY_REASONS).filter(({ value }) => value !== "platform");

const COLUMNS = [
  { title: "网点", dataIndex: "dealer_id", render: (id: number) => <DealerName id={id} /> },
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "原因", dataIndex: "reason_name", render: (name: string, one: Penalty) => <><div>{name}</div><div className="quiet numbers">{day(one.imposed_at)}</div></> },
  { title: "说明", dataIndex: "words", ...WORDS },
  { title: "金额", dataIndex: "amount_fen", ...FEN },
  { title: "从哪里扣", render: (_: unknown, one: Penalty) => (one.takes === "reward" ? `${one.year} 年联盟奖励` : `${monthOf(one.due_month)} 结算单`) },
  { title: "状态", dataIndex: "state_name", render: (name: string, one: Penalty) => <Tag color={COLOURS[one.state]}>{name}</Tag> },
  { title: "申诉与答复", render: (_: unknown, one: Penalty) => <Said one={one} /> },
];

/** Penalties laid on dealers, their appeals and the answers. An owner sees and appeals its own. */
export default function Penalties() {
  const may = useMay();
  const [filters, set] = useFilters("dealer_id", "waiting");
  const query = { dealer_id: number(filters.dealer_id), waiting: filters.waiting ? true : undefined, limit: 50 };
  const asked = api.useInfiniteQuery("get", "/api/v1/penalties", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>处罚</h1>
      <div className="filters">
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        <Checkbox checked={Boolean(filters.waiting)} onChange={(event) => set("waiting", event.target.checked ? "yes" : null)} style={{ alignSelf: "center" }}>
          只看待答复的申诉
        </Checkbox>
        {may("POST /api/v1/penalties") && <Impose />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(one) => one.id} empty="没有处罚" />
    </div>
  );
}

function Said({ one }: { one: Penalty }) {
  const may = useMay();
  const path = { penalty_id: one.id };
  return (
    <div className="words">
      {one.appeal && <div>申诉：{one.appeal}</div>}
      {one.answer && <div className="quiet">答复：{one.answer}</div>}
      {one.state === "appealed" && one.answer_due_at && <div className="quiet">{time(one.answer_due_at)} 前答复</div>}
      {one.state === "appealed" && may("POST /api/v1/penalties/{penalty_id}/answer") && (
        <Space>
          <Answer path={path} granted label="撤销处罚" />
          <Answer path={path} granted={false} label="维持处罚" />
        </Space>
      )}
      {one.state === "standing" && Date.parse(one.appeal_until) > Date.now() && may("POST /api/v1/penalties/{penalty_id}/appeal") && (
        <Deed<{ reason: string }> size="small" label="申诉" title="申诉处罚" send={(body, once) => http.POST("/api/v1/penalties/{penalty_id}/appeal", { params: { path, header: { ...once } }, body })}>
          <p>{time(one.appeal_until)} 前可以申诉一次；答复之前不扣款。</p>
          <TextField name="reason" label="理由" long />
        </Deed>
      )}
    </div>
  );
}

const Answer = ({ path, granted, label }: { path: { penalty_id: number }; granted: boolean; label: string }) => (
  <Deed<{ reason: string }>
    size="small"
    label={label}
    send={({ reason }, once) => http.POST("/api/v1/penalties/{penalty_id}/answer", { params: { path, header: { ...once } }, body: { granted, reason } })}
  >
    <TextField name="reason" label="答复网点的理由" long />
  </Deed>
);

const Impose = () => (
  <Deed<Schemas["PenaltyBody"]>
    label="开出处罚"
    initial={{ takes: "statement" }}
    send={(body, once) => http.POST("/api/v1/penalties", { params: { header: { ...once } }, body: { ...body, photo_ids: [] } })}
  >
    <NumberField name="job_id" label="工单号" />
    <ChoiceField name="reason" label="原因" options={GIVEN} />
    <TextField name="words" label="事实说明" long help="网点会看到；七天内可以申诉" />
    <MoneyField name="amount_fen" label="金额" least={0.01} />
    <ChoiceField name="takes" label="从哪里扣" options={options(TAKES)} />
    <NumberField name="complaint_id" label="投诉编号" free />
  </Deed>
);
