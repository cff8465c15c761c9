import { Alert, Card, Tag } from "antd";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { KINDS, SERIAL_SOURCES, STATUSES, word } from "@/app/words";
import { DealerName } from "@/parts/dealers";
import { money, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { WideTable } from "@/parts/WideTable";

type Charge = Schemas["ChargeCard"];

/** What the customer was asked for, beside the price list that the job was made with. */
export function Charged({ jobId }: { jobId: number }) {
  const path = { params: { path: { job_id: jobId } } };
  const sheet = api.useQuery("get", "/api/v1/jobs/{job_id}/charges", path);
  const list = api.useQuery("get", "/api/v1/jobs/{job_id}/price-list", path);
  const prices = new Map(list.data?.items.map((item) => [item.code, item.price_fen]));
  const judged = (charge: Charge) => {
    const price = prices.get(charge.item);
    if (price === undefined) return <Tag>价目表外</Tag>;
    return price === charge.unit_fen ? <Tag color="green">与价目表一致</Tag> : <Tag color="red">价目表 {money(price)}</Tag>;
  };
  const columns = [
    { title: "项目", dataIndex: "name" },
    { title: "单价 × 数量", className: "numbers", render: (_: unknown, charge: Charge) => `${money(charge.unit_fen)} × ${charge.quantity}` },
    { title: "金额", dataIndex: "amount_fen", align: "right" as const, className: "numbers", render: money },
    { title: "核对", render: (_: unknown, charge: Charge) => judged(charge) },
    {
      title: "状态",
      dataIndex: "status_name",
      render: (status: string, charge: Charge) => (
        <>
          {status} {charge.after_work && <Tag color="gold">完工后才提出</Tag>} {charge.shown && <Tag>购买前已展示</Tag>}
        </>
      ),
    },
  ];
  return (
    <Card size="small" title={`收费与价目表${list.data ? `（第 ${list.data.version} 版）` : ""}`}>
      <Loaded asked={sheet}>
        {({ charges }) => <WideTable columns={columns} dataSource={charges} rowKey="id" locale={{ emptyText: "没有额外收费" }} />}
      </Loaded>
    </Card>
  );
}

/** The job's serial numbers and where else each was named. */
export function Serials({ job }: { job: Schemas["JobPage"] }) {
  const may = useMay();
  const form = api.useQuery("get", "/api/v1/products/{sku}/serial-form", { params: { path: { sku: job.sku } } }, { enabled: may("GET /api/v1/products/{sku}/serial-form") });
  return (
    <Card size="small" title="序列号">
      {form.data?.pattern && <p style={{ marginTop: 0 }}>应为：{form.data.pattern}（# 数字，@ 字母，? 任一，* 任意多个）</p>}
      {job.serial_numbers.length === 0 && <span className="quiet">没有序列号</span>}
      {job.serial_numbers.map((serial) => (
        <History key={serial} serial={serial} jobId={job.id} />
      ))}
    </Card>
  );
}

const STOPS = [
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "类型", dataIndex: "kind", render: (kind: string) => word(KINDS, kind) },
  { title: "状态", dataIndex: "status", render: (status: string) => word(STATUSES, status) },
  { title: "网点", dataIndex: "dealer_id", render: (id: number | null) => <DealerName id={id} /> },
  { title: "录入", dataIndex: "source", render: (source: string | null) => word(SERIAL_SOURCES, source) },
  { title: "提交", dataIndex: "submitted_at", render: time },
];

function History({ serial, jobId }: { serial: string; jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/serial-numbers/{serial}", { params: { path: { serial } } });
  return (
    <Loaded asked={asked}>
      {({ jobs }) => {
        const noted = jobs.some((stop) => stop.job_id === jobId && stop.noted);
        return (
          <div style={{ marginBottom: 8 }}>
            <strong>{serial}</strong>{" "}
            {noted ? <Alert type="error" title="该序列号曾在其他订单的工单安装" /> : <Tag color="green">{jobs.length > 1 ? "仅见于同一订单" : "未在别处安装"}</Tag>}
            {jobs.length > 1 && <WideTable columns={STOPS} dataSource={jobs} rowKey="job_id" />}
          </div>
        );
      }}
    </Loaded>
  );
}
