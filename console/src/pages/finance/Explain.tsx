import { Card, Descriptions, Empty, Space, Table, Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { CLOCKS, KINDS, LEVELS, LINE_KINDS, STATUSES, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { MoneyField, TextField } from "@/parts/fields";
import { day, money, monthOf, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Legs } from "./Entries";

type Explained = Schemas["Explained"];

/** From a fen back to the rule, the job, what happened, its photos and the promise; and forward to who paid it. */
export default function Explain() {
  const id = Number(useParams().entryId);
  const asked = api.useQuery("get", "/api/v1/ledger/explain/{entry_id}", { params: { path: { entry_id: id } } });
  return (
    <div className="page">
      <Loaded asked={asked}>{(told) => <Shown told={told} />}</Loaded>
    </div>
  );
}

function Shown({ told }: { told: Explained }) {
  const may = useMay();
  const { entry } = told;
  return (
    <>
      <h1>
        分录 {entry.id}：{word(LINE_KINDS, entry.kind)} {entry.reverses_id && <Tag color="red">冲销</Tag>}
        {told.reversed_by_id && <Tag color="red">已被冲销</Tag>}
      </h1>
      {!told.reversed_by_id && may("POST /api/v1/ledger/entries/{entry_id}/corrections") && <Correct told={told} />}
      <div className="columns">
        <Card size="small" title="这笔钱">
          <p style={{ marginTop: 0, fontSize: 16 }}>{told.arithmetic}</p>
          <Legs legs={entry.legs} />
          <p className="quiet">
            记入 {monthOf(entry.month)}，{time(entry.posted_at)} 入账（{entry.natural_key}）
          </p>
        </Card>
        <Rule told={told} />
        {entry.job_id != null && <Job told={told} jobId={entry.job_id} />}
        {told.promise && <Promised promise={told.promise} />}
        {told.photos.length > 0 && <Photos photos={told.photos} />}
        <Forward told={told} />
      </div>
    </>
  );
}

function Correct({ told }: { told: Explained }) {
  return (
    <div style={{ marginBottom: 16 }}>
      <Deed<Schemas["CorrectionBody"]>
        label="提出更正"
        send={(body, once) =>
          http.POST("/api/v1/ledger/entries/{entry_id}/corrections", { params: { path: { entry_id: told.entry.id }, header: { ...once } }, body })
        }
      >
        <p>须由另一人批准；批准后冲销原分录，正确的金额记入未关账的月份。</p>
        <TextField name="reason" label="哪里错了" long most={200} />
        <MoneyField name="instead_fen" label="正确的金额" free help="留空：只冲销" />
      </Deed>
    </div>
  );
}

function Rule({ told }: { told: Explained }) {
  const may = useMay();
  const { rule_version: version } = told.entry;
  if (version == null) return null;
  const name = `收费规则第 ${version} 版`;
  return (
    <Card size="small" title="依据的规则" extra={may("GET /api/v1/fee-rules") ? <Link to={`/fee-rules/${version}`}>{name}</Link> : name}>
      <p className="quiet" style={{ marginTop: 0 }}>自 {day(told.rule_effective_from)} 生效</p>
      <Plain items={told.rule_says} />
    </Card>
  );
}

function Job({ told, jobId }: { told: Explained; jobId: number }) {
  const { clock } = told;
  return (
    <Card size="small" title="工单上发生了什么" extra={<Link to={`/jobs/${jobId}`}>工单 {jobId}</Link>}>
      <p style={{ marginTop: 0 }}>
        {word(KINDS, told.job_kind)}，{word(STATUSES, told.job_status)}
        {told.job_closed_at && `（${time(told.job_closed_at)} 完结）`}
      </p>
      {clock && (
        <p>
          时效「{word(CLOCKS, clock.kind)}」：截止 {time(clock.due_at)}，完成 {time(clock.stopped_at)}，{clock.level ? word(LEVELS, clock.level) : "按时"}
        </p>
      )}
      <Plain
        items={told.events.map((event) => (
          <>
            {time(event.occurred_at)} {event.action_name} <Hash value={event.hash} />
          </>
        ))}
      />
    </Card>
  );
}

const Promised = ({ promise }: { promise: NonNullable<Explained["promise"]> }) => (
  <Card size="small" title="购买前的承诺">
    <p className="quiet" style={{ marginTop: 0 }}>{time(promise.made_at)} 向客户说明</p>
    <Plain items={promise.said} />
  </Card>
);

const PHOTOS = [
  { title: "照片", dataIndex: "photo_id" },
  { title: "拍照项", dataIndex: "slot_name" },
  { title: "收到", dataIndex: "received_at", render: time },
  { title: "指纹", dataIndex: "sha256", render: (value: string) => <Hash value={value} /> },
  { title: "", dataIndex: "erased", render: (erased: boolean) => erased && <Tag>已按期删除</Tag> },
];

const Photos = ({ photos }: { photos: Explained["photos"] }) => (
  <Card size="small" title={`照片证据（${photos.length}）`}>
    <Table size="small" pagination={false} scroll={{ y: 260 }} columns={PHOTOS} dataSource={photos} rowKey="photo_id" />
  </Card>
);

function Forward({ told }: { told: Explained }) {
  const linked = [
    { label: "冲销它的分录", id: told.reversed_by_id },
    { label: "它更正的分录", id: told.corrects_id },
    { label: "更正后的分录", id: told.corrected_by_id },
    { label: "它冲销的分录", id: told.entry.reverses_id },
  ].filter((one) => one.id != null);
  return (
    <Card size="small" title="后来去了哪里">
      {told.statements.map((stated) => (
        <div key={stated.statement_id} style={{ marginBottom: 8 }}>
          <Space wrap>
            <Link to={`/statements/${stated.statement_id}`}>{monthOf(stated.month)} 结算单</Link>
            <Tag>{stated.status_name}</Tag> {money(stated.amount_fen)}
            {stated.contested_at && <Tag color="red">有异议</Tag>}
          </Space>
          <Plain
            items={[
              ...stated.invoices.map((bill) => `发票 ${bill.number}，${day(bill.issued_on)}${bill.refused_at ? "（已退回）" : ""}`),
              ...stated.payments.map((paid) => `付款 ${money(paid.amount_fen)} ${paid.state_name} ${paid.paid_on ? day(paid.paid_on) : ""} ${paid.reference ?? ""}`),
            ]}
          />
        </div>
      ))}
      <Descriptions size="small" column={1} items={linked.map(({ label, id }) => ({ key: label, label, children: <Link to={`/ledger/${id}`}>{id}</Link> }))} />
      {told.statements.length + linked.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="尚未列入结算单" />}
    </Card>
  );
}

const Hash = ({ value }: { value: string }) => (
  <Typography.Text type="secondary" title={value} copyable={{ text: value, tooltips: false }}>
    {value.slice(0, 8)}
  </Typography.Text>
);

const Plain = ({ items }: { items: readonly ReactNode[] }) => (
  <ul className="plain">
    {items.map((item, at) => (
      <li key={at}>{item}</li>
    ))}
  </ul>
);
