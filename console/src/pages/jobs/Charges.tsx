import { Alert, Button, Card, Space, Table, Tag } from "antd";
import { useState } from "react";

import { api, type Schemas } from "@/api/client";
import { FORMS } from "@/made/forms";
import { ActionForm } from "@/parts/ActionForm";
import { money } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Job = Schemas["JobPage"];
type Charge = Schemas["ChargeCard"];

const OF_A_CHARGE = "/charges/{charge_id}/";

/** What the customer was asked for and why, item by item, with what may be done about each. */
export function Charges({ job }: { job: Job }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/charges", { params: { path: { job_id: job.id } } });
  const [chosen, choose] = useState<{ action: string; chargeId: number } | null>(null);
  const form = chosen ? FORMS[chosen.action] : undefined;
  const columns = [
    {
      title: "项目",
      dataIndex: "text",
    },
    { title: "金额", dataIndex: "amount_fen", align: "right" as const, className: "numbers", render: money },
    {
      title: "状态",
      dataIndex: "status_name",
      render: (status: string, charge: Charge) => (
        <>
          <Tag>{status}</Tag>
          {charge.settled && <Tag color="green">已收</Tag>}
          {!!charge.refund_fen && <Tag color="orange">退 {money(charge.refund_fen)}</Tag>}
          {charge.told && <div className="quiet">{charge.told}</div>}
        </>
      ),
    },
    {
      title: "",
      render: (_: unknown, charge: Charge) => (
        <Space wrap>
          {charge.available_actions.filter((action) => FORMS[action]?.path.includes(OF_A_CHARGE)).map((action) => (
            <Button key={action} size="small" onClick={() => choose({ action, chargeId: charge.id })}>
              {job.action_names[action] ?? FORMS[action]?.name}
            </Button>
          ))}
        </Space>
      ),
    },
  ];
  return (
    <Card size="small" title="收费">
      <Loaded asked={asked}>
        {(sheet) => (
          <>
            {sheet.charges.length > 0 && <Table size="small" pagination={false} columns={columns} dataSource={sheet.charges} rowKey="id" />}
            <p className="quiet" style={{ margin: "6px 0 0" }}>{sheet.text}</p>
          </>
        )}
      </Loaded>
      {form && chosen && (
        <ActionForm form={form} ids={{ job_id: job.id, charge_id: chosen.chargeId }} version={job.version} onClose={() => choose(null)} />
      )}
    </Card>
  );
}

/** Who pays for the way, in the very words that the customer reads. */
export function RemoteFee({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/remote-fee", { params: { path: { job_id: jobId } } });
  return (
    <Card size="small" title="远程费">
      <Loaded asked={asked}>
        {(fee) => (
          <>
            <p style={{ marginTop: 0 }}>{fee.text}</p>
            {fee.disputed && <Alert type="warning" title="客户或网点有异议，待裁定" />}
            {fee.provisional && <Tag>暂估</Tag>}
          </>
        )}
      </Loaded>
    </Card>
  );
}
