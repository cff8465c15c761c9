import { App, Button, Card, Descriptions, Modal, Select } from "antd";
import { useState } from "react";

import { api, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { useMay } from "@/app/session";
import { options } from "@/app/words";

type Reason = Schemas["RevealBody"]["reason"];

export const REASONS: Record<Reason, string> = {
  contact: "联系客户",
  address: "核对地址",
  complaint: "处理投诉",
  safety: "安全事件",
  payment: "收退款",
  other: "其他",
};

/** The customer, masked; who needs more says why, and that is written down. */
export function Customer({ job }: { job: Schemas["JobPage"] }) {
  const may = useMay();
  const { message } = App.useApp();
  const [asking, ask] = useState(false);
  const [reason, choose] = useState<Reason>("contact");
  const reveal = api.useMutation("post", "/api/v1/jobs/{job_id}/reveal", {
    onSuccess: () => ask(false),
    onError: (error: unknown) => void message.error(said(error)),
  });
  const contact = reveal.data ?? job.customer;
  if (!contact) return null;
  const button = !reveal.data && job.customer?.masked && may("POST /api/v1/jobs/{job_id}/reveal") && (
    <Button size="small" onClick={() => ask(true)}>
      查看完整信息
    </Button>
  );
  return (
    <Card size="small" title="客户" extra={button}>
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: "name", label: "姓名", children: contact.name },
          { key: "phone", label: "电话", children: contact.phone },
          { key: "address", label: "地址", children: contact.address },
        ]}
      />
      <Modal
        open={asking}
        title="查看完整信息"
        okText="查看"
        cancelText="取消"
        confirmLoading={reveal.isPending}
        onOk={() => reveal.mutate({ params: { path: { job_id: job.id } }, body: { reason } })}
        onCancel={() => ask(false)}
      >
        <p>请选择原因。每次查看都会记录在案。</p>
        <Select<Reason> value={reason} onChange={choose} options={options(REASONS) as { value: Reason; label: string }[]} style={{ width: "100%" }} />
      </Modal>
    </Card>
  );
}
