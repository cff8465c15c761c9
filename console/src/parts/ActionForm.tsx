import { App, Checkbox, DatePicker, Form, Input, InputNumber, Modal, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useRef, useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { http, key } from "@/api/client";
import { said } from "@/api/problem";
import { word } from "@/app/words";
import type { Form as Asked, FormField } from "./form";
import { AnswersChoice, AppraisalChoice, DealersChoice, InstallerChoice, WindowChoice } from "./choices";
import { CODES, NAMES } from "./fieldWords";

interface Props {
  form: Asked;
  /** What stands in the address beside the job's number. */
  ids: { job_id: number } & Record<string, number>;
  /** The state that the person saw: another's change meanwhile is said instead of overwritten. */
  version?: number;
  onClose: () => void;
}

type Values = Record<string, unknown>;

/** A dialogue made of what the contract asks for; the server's faults are shown in its own words. */
export function ActionForm({ form, ids, version, onClose }: Props) {
  const [fields] = Form.useForm<Values>();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const once = useRef(key());
  // Shut before it is gone: only so does the library give the focus back to the button.
  const [open, setOpen] = useState(true);
  const send = useMutation({
    mutationFn: (body: Values) => post(form.path, ids, body, once.current, version),
    onSuccess: async () => {
      void message.success(`${form.name}：已完成`);
      setOpen(false);
      await queries.invalidateQueries();
    },
    onError: (error) => {
      once.current = key();
      void message.error(said(error), 6);
    },
  });
  return (
    <Modal
      open={open}
      title={form.name}
      okText="确定"
      cancelText="取消"
      confirmLoading={send.isPending}
      onOk={() => void fields.validateFields().then((values) => send.mutate(bodyOf(form, values)))}
      onCancel={() => setOpen(false)}
      afterClose={onClose}
      destroyOnHidden
    >
      <Form form={fields} layout="vertical">
        {form.fields.filter((field) => field.kind !== "Point").map((field) => (
          <Field key={field.name} field={field} label={labelOf(form, field)} jobId={ids.job_id} />
        ))}
      </Form>
      {form.fields.length === 0 && <p>确定要{form.name}吗？</p>}
    </Modal>
  );
}

/** One particular may mean another thing in another deed. */
const labelOf = (form: Asked, { name }: FormField): string => NAMES[`${form.path.split("/").at(-1)}.${name}`] ?? word(NAMES, name);

function Field({ field, label, jobId }: { field: FormField; label: string; jobId: number }) {
  const rules = [{ required: field.required, message: `请填写${label}` }];
  if (field.kind === "yes")
    return (
      <Form.Item name={field.name} valuePropName="checked">
        <Checkbox>{label}</Checkbox>
      </Form.Item>
    );
  return (
    <Form.Item name={field.name} label={label} rules={rules}>
      {control(field, jobId)}
    </Form.Item>
  );
}

function control(field: FormField, jobId: number) {
  if (field.name === "dealer_ids") return <DealersChoice jobId={jobId} />;
  if (field.name === "installer_id") return <InstallerChoice jobId={jobId} />;
  switch (field.kind) {
    case "WindowBody":
      return <WindowChoice jobId={jobId} />;
    case "AppraisalBody":
      return <AppraisalChoice />;
    case "AnswerBody[]":
      return <AnswersChoice />;
    case "choice":
      return (
        <Select
          allowClear={!field.required}
          options={field.options?.map(([value, words]) => ({ value, label: words || word(CODES, value) }))}
        />
      );
    case "moment":
      return <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" />;
    case "money":
      return <InputNumber min={0} precision={2} addonBefore="¥" style={{ width: "100%" }} />;
    case "number":
      return <InputNumber min={1} precision={0} style={{ width: "100%" }} />;
    case "string[]":
      return <Select mode="tags" tokenSeparators={[",", " "]} open={false} />;
    default:
      return field.name === "note" ? <Input.TextArea rows={3} maxLength={1000} showCount /> : <Input maxLength={200} />;
  }
}

/** The values as the contract has them: fen, UTC, numbers; what was left empty is left out. */
export function bodyOf(form: Asked, values: Values): Values {
  const body: Values = {};
  for (const { name, kind } of form.fields) {
    const value = values[name];
    if (value == null || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    body[name] = converted(kind, value);
  }
  return body;
}

function converted(kind: string, value: unknown): unknown {
  if (kind === "money") return Math.round(Number(value) * 100);
  if (kind === "moment") return (value as Dayjs).toISOString();
  return value;
}

async function post(path: string, ids: Record<string, number>, body: Values, once: string, version?: number) {
  const headers: Record<string, string> = { "Idempotency-Key": once };
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  // The path comes from the contract's table of forms, not from one literal: the one untyped call.
  const call = http.POST as unknown as (path: string, init: object) => Promise<unknown>;
  return call(path, { params: { path: ids }, body, headers });
}

