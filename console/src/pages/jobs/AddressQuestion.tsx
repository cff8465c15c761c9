import { Alert, Button, Form, Input, Modal, Space } from "antd";
import { useState } from "react";

import { http, key, type Schemas } from "@/api/client";
import { RESOLUTIONS, word } from "@/app/words";
import { useMutation } from "@tanstack/react-query";
import { useTold } from "@/parts/told";

type Job = Schemas["JobPage"];

/** Where an unclear address may be. A candidate is taken by one press; the typed address is read for it, on record. */
export function AddressQuestion({ job }: { job: Job }) {
  const [typed, edit] = useState<string | null>(null);
  const told = useTold("地址已写入，仍不明确的会留在这里");
  const question = job.address_question;
  const decide = useMutation({
    mutationFn: async (place: string | null) => {
      const address = await whole(job.id);
      // What contradicts itself is not mended by more words before it: a person writes it anew.
      if (place === null || question?.resolution === "conflict") return edit(`${place ?? ""}${address}`);
      await send(job, `${place}${address}`);
      await told.onSuccess();
    },
    onError: told.onError,
  });
  const rewrite = useMutation({
    mutationFn: (address: string) => send(job, address),
    onSuccess: async () => {
      edit(null);
      await told.onSuccess();
    },
    onError: told.onError,
  });
  if (!question || !job.available_actions.includes("fix_address")) return null;
  return (
    <>
      <Alert
        type="warning"
        title={
          <Space wrap>
            {`地址${word(RESOLUTIONS, question.resolution)}：${job.customer?.address ?? ""}`}
            {question.candidates.map((place) => (
              <Button key={place.code} size="small" loading={decide.isPending && decide.variables === place.name} onClick={() => decide.mutate(place.name)}>
                {place.name}
              </Button>
            ))}
            <Button size="small" type="dashed" onClick={() => decide.mutate(null)}>
              改写地址…
            </Button>
          </Space>
        }
      />
      <Modal open={typed !== null} title="改写地址" okText="确定" cancelText="取消" footer={null} onCancel={() => edit(null)} destroyOnHidden>
        <Form layout="vertical" initialValues={{ address: typed ?? "" }} onFinish={({ address }: { address: string }) => rewrite.mutate(address)}>
          <Form.Item name="address" label="完整地址" extra="写清省、市、区县。客户原来写的会保留。" rules={[{ required: true, message: "请填写地址" }]}>
            <Input.TextArea rows={2} maxLength={200} autoFocus />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={rewrite.isPending}>
            确定
          </Button>
        </Form>
      </Modal>
    </>
  );
}

async function whole(jobId: number): Promise<string> {
  const { data } = await http.POST("/api/v1/jobs/{job_id}/reveal", { params: { path: { job_id: jobId } }, body: { reason: "address" } });
  return data?.address ?? "";
}

const send = (job: Job, address: string) =>
  http.POST("/api/v1/jobs/{job_id}/address", {
    params: { path: { job_id: job.id }, header: { "If-Match": `"${job.version}"`, "Idempotency-Key": key() } },
    body: { address },
  });
