import { Button, Card, Checkbox, Form, Modal, Space } from "antd";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { HOLD_REASONS, options } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { ChoiceField, TextField } from "@/parts/fields";
import { time } from "@/parts/format";
import { useTold } from "@/parts/told";
import { REASONS } from "./Customer";

type Job = Schemas["JobPage"];

/** What leaves the house about a job, and what must stay: the platform's evidence, the customer's link, a legal hold. */
export function Papers({ job }: { job: Job }) {
  const may = useMay();
  const rights = {
    pack: may("GET /api/v1/jobs/{job_id}/evidence-pack") && may("GET /api/v1/evidence-pack-layouts"),
    link: may("GET /api/v1/jobs/{job_id}/qr"),
    hold: may("POST /api/v1/jobs/{job_id}/legal-hold"),
  };
  if (!Object.values(rights).includes(true)) return null;
  return (
    <Card size="small" title="证据包、客户链接与保留">
      <Space wrap>
        {rights.pack && <Pack job={job} />}
        {rights.link && <CustomersCode jobId={job.id} />}
        {rights.link && (
          <Deed size="small" danger label="作废客户链接" send={(_, once) => http.DELETE("/api/v1/jobs/{job_id}/links", { params: { path: { job_id: job.id }, header: { ...once } } })}>
            发给客户的全部链接和二维码立即失效，已打开的页面也退出。
          </Deed>
        )}
        {rights.hold && <Hold jobId={job.id} />}
      </Space>
      {rights.hold && <Held jobId={job.id} />}
    </Card>
  );
}

interface Asked {
  kind: NonNullable<Schemas["SectionSlotsBody"]["kind"]>;
  format: "zip" | "pdf";
  originals?: boolean;
  reason: Schemas["RevealBody"]["reason"];
}

const FORMATS = [
  { value: "zip", label: "ZIP（照片与记录）" },
  { value: "pdf", label: "PDF" },
];

function Pack({ job }: { job: Job }) {
  const layouts = api.useQuery("get", "/api/v1/evidence-pack-layouts", {}, { staleTime: 600_000 }).data?.sections ?? [];
  const kinds = [...new Map(layouts.map((section) => [section.kind, { value: section.kind, label: section.kind_name }])).values()];
  const save = async ({ kind, format, originals, reason }: Asked) => {
    const query = { kind, format, originals, reason };
    const { data } = await http.GET("/api/v1/jobs/{job_id}/evidence-pack", { params: { path: { job_id: job.id }, query }, parseAs: "blob" });
    if (data) keep(data as unknown as Blob, `evidence-${job.id}-${kind}.${format}`);
  };
  return (
    <Deed<Asked> size="small" label="导出证据包" initial={{ kind: kinds[0]?.value as Asked["kind"] | undefined, format: "zip", reason: "complaint" }} send={save}>
      <p>每张照片都算看过一次，连同原因记录在案。</p>
      <ChoiceField name="kind" label="给谁" options={kinds} />
      <ChoiceField name="format" label="格式" options={FORMATS} />
      <ChoiceField name="reason" label="原因" options={options(REASONS)} />
      <Form.Item name="originals" valuePropName="checked">
        <Checkbox>附上照片原件</Checkbox>
      </Form.Item>
    </Deed>
  );
}

/** Hand a file to the browser under a name. */
function keep(file: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function CustomersCode({ jobId }: { jobId: number }) {
  const told = useTold("已生成");
  const [open, setOpen] = useState(false);
  const make = useMutation({
    mutationFn: async () => (await http.GET("/api/v1/jobs/{job_id}/qr", { params: { path: { job_id: jobId } } })).data!,
    onSuccess: () => setOpen(true),
    onError: told.onError,
  });
  return (
    <>
      <Button size="small" loading={make.isPending} onClick={() => make.mutate()}>
        客户二维码
      </Button>
      <Modal open={open} title={`工单 ${jobId} 的客户二维码`} footer={null} onCancel={() => setOpen(false)}>
        <p>客户用微信扫码，就能看到自己的工单。只交给客户本人：扫了它的人可以替客户答复。</p>
        {make.data && <img alt="小程序码" width={280} height={280} src={`data:${make.data.media_type};base64,${make.data.image_base64}`} />}
      </Modal>
    </>
  );
}

const Hold = ({ jobId }: { jobId: number }) => (
  <Deed<Schemas["HoldBody"]>
    size="small"
    label="依法保留"
    send={({ reason, reference }, once) => http.POST("/api/v1/jobs/{job_id}/legal-hold", { params: { path: { job_id: jobId }, header: { ...once } }, body: { reason, reference: reference || null } })}
  >
    <p>保留期间，这位客户的资料不会到期删除，也不能应申请删除；由管理员解除。</p>
    <ChoiceField name="reason" label="原因" options={options(HOLD_REASONS)} />
    <TextField name="reference" label="案号或文号" free />
  </Deed>
);

function Held({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/legal-holds", { params: { query: { job_id: jobId, open: true } } });
  const holds = asked.data?.items ?? [];
  return holds.map((hold) => (
    <div key={hold.id} className="quiet" style={{ marginTop: 8 }}>
      {`${time(hold.placed_at)} 起依法保留：${HOLD_REASONS[hold.reason] ?? hold.reason} ${hold.reference ?? ""}`}
    </div>
  ));
}
