import { Alert, Card, Descriptions, Statistic, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { day, money, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Outlook = Schemas["OutlookView"];
type Agreement = Schemas["AgreementCard"];

/** What the dealer's year is on course for, what it has cost already, and the agreement it stands under. */
export default function Course() {
  const outlook = api.useQuery("get", "/api/v1/alliance/outlook");
  const agreements = api.useQuery("get", "/api/v1/alliance/agreements", { params: { query: { limit: 1 } } });
  return (
    <div className="page">
      <h1>联盟奖励</h1>
      <Loaded asked={outlook}>{(shown) => <Year outlook={shown} />}</Loaded>
      <Loaded asked={agreements}>{({ items: [newest] }) => (newest ? <Paper agreement={newest} member={outlook.data?.member ?? false} /> : null)}</Loaded>
    </div>
  );
}

function Year({ outlook }: { outlook: Outlook }) {
  const items = [
    { label: "在盟", children: outlook.member ? `${outlook.months} 个月` : "不是联盟成员" },
    { label: "线下销售额", children: `${money(outlook.sales_fen)}（${outlook.basis}）` },
    { label: "完成工单", children: outlook.jobs },
    { label: "其中超时", children: outlook.late },
    { label: "成立投诉", children: outlook.upheld_complaints },
  ];
  return (
    <Card size="small" title={`${outlook.year} 年`} style={{ marginBottom: 16 }} extra={<Link to="/declarations">申报线下销售</Link>}>
      {outlook.missed.length > 0 && <Alert type="error" showIcon style={{ marginBottom: 12 }} title={`今年已不达标：${outlook.missed.join("；")}`} />}
      <div className="figures">
        <Statistic title="预计奖励" value={money(outlook.on_course_fen)} />
        <Statistic title="已损失" value={money(outlook.lost_fen)} />
        <Statistic title="还能超时" value={`${outlook.late_left} 单`} />
        <Statistic title="还能成立投诉" value={`${outlook.complaints_left} 件`} />
      </div>
      <p>{outlook.arithmetic}</p>
      <Descriptions size="small" column={3} items={items.map((item) => ({ key: item.label, ...item }))} />
    </Card>
  );
}

function Paper({ agreement, member }: { agreement: Agreement; member: boolean }) {
  const may = useMay();
  return (
    <Card
      size="small"
      title={
        <>
          联盟协议第 {agreement.version} 版 {agreement.signed_at ? <Tag color="green">{time(agreement.signed_at)} 已签署</Tag> : <Tag color="red">未签署</Tag>}
        </>
      }
      extra={!agreement.signed_at ? may("POST /api/v1/alliance/agreements/{version}/sign") && <Sign agreement={agreement} /> : member && <Leave />}
    >
      {!agreement.signed_at && <Alert type="warning" showIcon style={{ marginBottom: 12 }} title="签署之后，奖励方可发放" />}
      <p className="quiet" style={{ marginTop: 0 }}>
        {day(agreement.effective_from)} 起生效；正文指纹 {agreement.sha256.slice(0, 16)}
      </p>
      <div className="agreement">{agreement.text}</div>
    </Card>
  );
}

const Sign = ({ agreement }: { agreement: Agreement }) => (
  <Deed
    type="primary"
    label="签署协议"
    send={(_, once) => http.POST("/api/v1/alliance/agreements/{version}/sign", { params: { path: { version: agreement.version }, header: { ...once } }, body: { sha256: agreement.sha256 } })}
  >
    代表本网点签署第 {agreement.version} 版全文。签署的时间与正文指纹会记录在案。
  </Deed>
);

const Leave = () => (
  <Deed danger size="small" label="退出联盟" send={(_, once) => http.POST("/api/v1/alliance/leave", { params: { header: { ...once } }, body: {} })}>
    自今天起不再是联盟成员，派单不再优先；今年的奖励按在盟月数计算。
  </Deed>
);
