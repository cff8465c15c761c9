import { Alert, Button, Card, Progress, Space, Tag } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { money, monthOf, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Runs } from "./Runs";
import { STATEMENT_COLOURS } from "./words";

type Month = Schemas["MonthLine"];

const STEPS = 7;

/** The close of a month: what still bars it, the runs that clear it, and the close itself. */
export default function Months() {
  const asked = api.useQuery("get", "/api/v1/ledger/months", { params: { query: { limit: 24 } } }, { refetchInterval: 10_000 });
  return (
    <div className="page">
      <h1>月结</h1>
      <Loaded asked={asked}>
        {({ items }) => (
          <div className="desk">
            <div>
              {items.length === 0 && <Alert type="info" title="总账还没有分录" />}
              {items.map((month) => (
                <OneMonth key={month.month} month={month} />
              ))}
            </div>
            <Runs />
          </div>
        )}
      </Loaded>
    </div>
  );
}

function OneMonth({ month }: { month: Month }) {
  const name = monthOf(month.month);
  const links = (
    <Space>
      <Link to={`/statements?month=${name}`}>结算单</Link>
      <Link to={`/balances?month=${name}`}>余额</Link>
      <Link to={`/ledger?month=${name}`}>分录</Link>
    </Space>
  );
  if (month.closed_at)
    return (
      <Card size="small" style={{ marginBottom: 12 }} title={<Title name={name} tag={<Tag color="green">已关账</Tag>} />} extra={links}>
        {time(month.closed_at)} 关账，{month.legs} 笔
        <Stated month={month} />
      </Card>
    );
  return (
    <Card size="small" style={{ marginBottom: 12 }} title={<Title name={name} tag={<Tag color="gold">未关账</Tag>} />} extra={links}>
      <Progress percent={Math.round(((STEPS - month.missing.length) / STEPS) * 100)} format={() => `${STEPS - month.missing.length} / ${STEPS} 项已清`} aria-label={`${name} 月结进度`} />
      <ul className="plain">
        {month.missing.map((one) => (
          <li key={one.code}>
            ✗ {one.title}
            {one.count > 1 && `（${one.count}）`} {one.code === "statement_open" && <Link to={`/statements?month=${name}`}>看结算单</Link>}
          </li>
        ))}
        {month.corrections_waiting > 0 && (
          <li>
            ！{month.corrections_waiting} 笔<Link to="/corrections">分录更正</Link>待批准
          </li>
        )}
      </ul>
      <Stated month={month} />
      {month.missing.length === 0 && (
        <div style={{ marginTop: 12 }}>
          <Close month={month} />
        </div>
      )}
    </Card>
  );
}

/** How far the month's statements are, each state a way to its list. */
const Stated = ({ month }: { month: Month }) => (
  <Space wrap style={{ marginTop: 8 }}>
    {month.statements.map((one) => (
      <Link key={one.status} to={`/statements?month=${monthOf(month.month)}&status=${one.status}`}>
        <Tag color={STATEMENT_COLOURS[one.status]}>
          {one.status_name} {one.count} 张，{money(one.payout_fen)}
        </Tag>
      </Link>
    ))}
  </Space>
);

const Title = ({ name, tag }: { name: string; tag: ReactNode }) => (
  <>
    {name} {tag}
  </>
);

function Close({ month }: { month: Month }) {
  const may = useMay();
  if (!may("POST /api/v1/ledger/months/close")) return <Button disabled>可以关账</Button>;
  return (
    <Deed type="primary" label={`关闭 ${monthOf(month.month)}`} title="关账" send={(_, once) => http.POST("/api/v1/ledger/months/close", { params: { header: { ...once } }, body: { month: month.month } })}>
      没有未完成的事项。关账后，这个月不再入账；以后的更正记入未关账的月份。
    </Deed>
  );
}
