import { Alert, Button, type ButtonProps, Form, Modal, Space, Table } from "antd";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { Link } from "react-router";

import { key, type Schemas } from "@/api/client";
import { CLOCKS, FAMILIES, word } from "@/app/words";
import { DealerName } from "@/parts/dealers";
import type { Once } from "@/parts/Deed";
import { time } from "@/parts/format";
import { useTold } from "@/parts/told";

type Shown = Schemas["Shown"];
type Change = Schemas["Change"];

interface Props<Values> extends Pick<ButtonProps, "type" | "danger" | "size"> {
  label: string;
  title?: string;
  width?: number;
  initial?: Partial<Values>;
  preview: (values: Values) => Promise<Shown>;
  send: (values: Values, seen: string, once: Once) => Promise<unknown>;
  children: ReactNode;
}

/** A change of the rules of time: what it would do to running clocks is looked at before it is done. */
export function Previewed<Values extends object>({ label, title, width = 860, initial, preview, send, children, ...button }: Props<Values>) {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<Shown>();
  const [fields] = Form.useForm<Values>();
  const once = useRef(key());
  const told = useTold(`${label}：已生效，时效在后台更正`);
  const look = useMutation({ mutationFn: preview, onSuccess: setShown, onError: told.onError });
  const apply = useMutation({
    mutationFn: (values: Values) => send(values, shown!.seen, { "Idempotency-Key": once.current }),
    onSuccess: async () => {
      setOpen(false);
      await told.onSuccess();
    },
    onError: (error) => {
      once.current = key();
      setShown(undefined);
      told.onError(error);
    },
  });
  const begin = () => {
    once.current = key();
    setShown(undefined);
    setOpen(true);
  };
  const footer = (
    <Space>
      <Button onClick={() => setOpen(false)}>取消</Button>
      <Button type={shown ? "default" : "primary"} loading={look.isPending} onClick={() => void fields.validateFields().then((values) => look.mutate(values))}>
        预览影响
      </Button>
      <Button type={shown ? "primary" : "default"} danger={button.danger} disabled={!shown} loading={apply.isPending} onClick={() => void fields.validateFields().then((values) => apply.mutate(values))}>
        确认{label}
      </Button>
    </Space>
  );
  return (
    <>
      <Button {...button} onClick={begin}>
        {label}
      </Button>
      <Modal open={open} title={title ?? label} width={width} footer={footer} onCancel={() => setOpen(false)} destroyOnHidden>
        <Form form={fields} layout="vertical" initialValues={initial as object} preserve={false} onValuesChange={() => setShown(undefined)}>
          {children}
        </Form>
        {shown && <Effect difference={shown.difference} />}
      </Modal>
    </>
  );
}

const CHANGES = [
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`} target="_blank">{id}</Link> },
  { title: "网点", dataIndex: "dealer_id", render: (id: number | null) => <DealerName id={id} /> },
  { title: "时效", render: (_: unknown, one: Change) => `${word(CLOCKS, one.kind)}（${word(FAMILIES, one.family)}）` },
  { title: "原到期", className: "numbers", render: (_: unknown, one: Change) => time(one.before.due_at) },
  { title: "新到期", className: "numbers", render: (_: unknown, one: Change) => time(one.after.due_at) },
];

function Effect({ difference }: { difference: Schemas["Difference"] }) {
  if (difference.clocks + difference.beyond === 0) return <Alert type="success" showIcon title="没有正在计时或已完成的时效会改变" />;
  return (
    <Space orientation="vertical" style={{ width: "100%" }}>
      <Alert
        type="warning"
        showIcon
        title={
          `改变 ${difference.moved} 个时效：提前 ${difference.earlier}，推后 ${difference.later}；` +
          `撤销超时 ${difference.breaches_withdrawn}，新增超时 ${difference.breaches_coming}` +
          (difference.beyond ? `；另有 ${difference.beyond} 个未计入预览` : "")
        }
      />
      {difference.changes.length > 0 && <Table size="small" pagination={{ pageSize: 10, size: "small" }} columns={CHANGES} dataSource={difference.changes} rowKey="clock_id" />}
    </Space>
  );
}
