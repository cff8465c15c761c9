import { App, Input, Modal, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";

import { api, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { KINDS, STATUS_COLOURS, STATUSES, word } from "@/app/words";
import { span } from "./format";

type Found = Schemas["FoundJob"];

/** The caller's job while he is on the line. What is typed is sent in a body: a phone number is in no address. */
export function Finder() {
  const go = useNavigate();
  const { message } = App.useApp();
  const [text, setText] = useState("");
  const [found, show] = useState<readonly Found[]>([]);
  const search = api.useMutation("post", "/api/v1/job-searches", {
    onSuccess: ({ items }) => {
      if (items.length === 0) return void message.info("没有找到：请核对订单号、完整手机号或工单号");
      setText("");
      if (items.length > 1) return show(items);
      void go(`/jobs/${items[0]!.id}`);
    },
    onError: (error: unknown) => void message.error(said(error)),
  });
  const start = (typed: string) => typed.trim() && search.mutate({ body: { text: typed.trim() } });
  return (
    <>
      <Input.Search
        aria-label="查找工单"
        placeholder="订单号、手机号或工单号"
        allowClear
        maxLength={60}
        style={{ width: 260 }}
        value={text}
        loading={search.isPending}
        onChange={({ target }) => setText(target.value)}
        onSearch={start}
      />
      <Modal open={found.length > 0} title={`找到 ${found.length} 个工单`} footer={null} width={640} onCancel={() => show([])}>
        <ul className="lines">
          {found.map((job) => (
            <li key={job.id}>
              <Link to={`/jobs/${job.id}`} onClick={() => show([])}>
                {job.id} · {word(KINDS, job.kind)} · {job.product_name} × {job.units}
              </Link>{" "}
              <Tag color={STATUS_COLOURS[job.status]}>{word(STATUSES, job.status)}</Tag>
              <div className="quiet">
                {[job.customer, `订单 ${job.order_number}`, job.dealer_name, job.window_start && span(job.window_start, job.window_end)].filter(Boolean).join(" · ")}
              </div>
            </li>
          ))}
        </ul>
      </Modal>
    </>
  );
}
