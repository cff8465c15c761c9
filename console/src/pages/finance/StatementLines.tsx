import { Card, Form, Tag } from "antd";
import { type Key, useState } from "react";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { LINE_KINDS, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { ChoiceField, MoneyField, TextField } from "@/parts/fields";
import { money, monthOf } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { AddEvidence, PaperLinks, usePapers } from "./StatementPapers";
import { DEEDS } from "./words";

type Statement = Schemas["StatementCard"];
type Line = Schemas["StatementLine"];

const ANSWERS = [
  { value: "accepted", label: "成立：提出分录更正，由另一人批准" },
  { value: "declined", label: "不成立：说明理由" },
];

/** Every ledger entry of the month with its arithmetic; the dealer doubts line by line, finance answers each. */
export function StatementLines({ statement }: { statement: Statement }) {
  const [chosen, choose] = useState<Key[]>([]);
  const path = { statement_id: statement.id };
  const asked = api.useInfiniteQuery("get", "/api/v1/statements/{statement_id}/lines", { params: { path, query: { limit: 100 } } }, PAGED);
  const contests = statement.available_actions.includes("contest");
  return (
    <Card
      size="small"
      title="明细"
      extra={contests && <Contest statement={statement} entryIds={chosen as number[]} onDone={() => choose([])} />}
    >
      <Lines
        asked={asked}
        columns={columns(statement)}
        rowKey={(line) => line.entry_id}
        empty="本月没有明细"
        selection={contests ? { selectedRowKeys: chosen, onChange: choose } : undefined}
      />
    </Card>
  );
}

function columns(statement: Statement) {
  const fen = { align: "right" as const, className: "numbers" };
  return [
    { title: "项目", dataIndex: "kind", render: (kind: string) => word(LINE_KINDS, kind) },
    { title: "工单", dataIndex: "job_id", render: (id: number | null) => id && <Link to={`/jobs/${id}`}>{id}</Link> },
    { title: "怎么算的", dataIndex: "memo", render: (memo: string, line: Line) => <Memo memo={memo} line={line} /> },
    { title: "税率", dataIndex: "tax_bp", ...fen, render: (bp: number) => (bp ? `${bp / 100}%` : "") },
    { title: "金额", dataIndex: "amount_fen", ...fen, render: (amount: number) => <strong>{money(amount)}</strong> },
    { title: "异议", width: 300, render: (_: unknown, line: Line) => line.contest && <Doubt statement={statement} line={line} /> },
  ];
}

const Memo = ({ memo, line }: { memo: string; line: Line }) => (
  <div className="words">
    {memo} {line.moved_from_id && <Tag>由 {monthOf(line.month)} 转入</Tag>} <Link to={`/ledger/${line.entry_id}`}>来龙去脉</Link>
  </div>
);

function Doubt({ statement, line }: { statement: Statement; line: Line }) {
  const may = useMay();
  const papers = usePapers(statement.id).filter((paper) => paper.entry_id === line.entry_id);
  const contest = line.contest!;
  const answers = !contest.answer && may("POST /api/v1/statements/{statement_id}/contests/{entry_id}/answer");
  return (
    <div style={{ whiteSpace: "normal" }}>
      {contest.answer === "accepted" && <Tag color="green">成立</Tag>}
      {contest.answer === "declined" && <Tag>不成立</Tag>}
      {!contest.answer && <Tag color="red">待答复</Tag>}
      {contest.reason}
      {contest.words && <div className="quiet">财务答复：{contest.words}</div>}
      <div>
        <PaperLinks papers={papers} />
        {!contest.answer && <AddEvidence statementId={statement.id} entryId={line.entry_id} />} {answers && <Answer statementId={statement.id} line={line} />}
      </div>
    </div>
  );
}

function Contest({ statement, entryIds, onDone }: { statement: Statement; entryIds: number[]; onDone: () => void }) {
  return (
    <Deed<{ reason: string }>
      label={entryIds.length > 0 ? `对选中的 ${entryIds.length} 笔提出异议` : "选中明细可提出异议"}
      title={DEEDS.contest}
      disabled={entryIds.length === 0}
      onDone={onDone}
      send={({ reason }, once) =>
        http.POST("/api/v1/statements/{statement_id}/contest", {
          params: { path: { statement_id: statement.id }, header: { ...once, "If-Match": `"${statement.version}"` } },
          body: { entry_ids: entryIds, reason, photo_ids: [] },
        })
      }
    >
      <TextField name="reason" label="原因" long most={200} help="财务会逐笔答复；有异议的明细转入下一期，其余照常结算。" />
    </Deed>
  );
}

function Answer({ statementId, line }: { statementId: number; line: Line }) {
  return (
    <Deed<Schemas["ContestAnswerBody"]>
      size="small"
      label="答复异议"
      title={`答复异议：${line.memo}`}
      send={(body, once) =>
        http.POST("/api/v1/statements/{statement_id}/contests/{entry_id}/answer", {
          params: { path: { statement_id: statementId, entry_id: line.entry_id }, header: { ...once } },
          body,
        })
      }
    >
      <ChoiceField name="answer" label="结论" options={ANSWERS} />
      <TextField name="words" label="给网点的答复" long most={200} />
      <Instead />
    </Deed>
  );
}

/** Only what is accepted has another amount. */
function Instead() {
  const accepted = Form.useWatch("answer") === "accepted";
  return accepted && <MoneyField name="instead_fen" label="正确的金额" free help="留空：整笔冲销，没有替代" />;
}
