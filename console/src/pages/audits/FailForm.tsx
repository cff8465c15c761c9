import { Alert, Checkbox, Form, Input, Modal, Radio, Select } from "antd";

import { AUDIT_REASONS, FAULTS, options, VERDICTS, word } from "@/app/words";
import type { Reason, Verdict } from "./verdicts";

interface Props {
  jobId: number;
  /** The photos that were marked, with what is wrong with each. */
  marks: readonly { photoId: number; reason: Reason }[];
  onSay: (body: Verdict) => void;
  onClose: () => void;
}

interface Values {
  verdict: "evidence" | "work";
  fault?: Verdict["fault"];
  fraud?: boolean;
  note?: string;
}

const ASKED = (["evidence", "work"] as const).map((value) => ({ value, label: word(VERDICTS, value) }));

/** The dialogue begins where the first choice is, not at its closing cross. */
const begin = (open: boolean) => open && document.querySelector<HTMLInputElement>(".ant-modal input[type=radio]:checked")?.focus();

/** A job that does not pass: what follows, at whose cost, and why. */
export function FailForm({ jobId, marks, onSay, onClose }: Props) {
  const [fields] = Form.useForm<Values>();
  const work = Form.useWatch("verdict", fields) === "work";
  const enter = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement) || event.target.type === "search") return;
    event.preventDefault();
    fields.submit();
  };
  const say = ({ verdict, fault, fraud, note }: Values) =>
    onSay({
      verdict,
      fault: verdict === "work" ? fault : null,
      fraud: verdict === "work" && Boolean(fraud),
      note: note?.trim() || null,
      photos: marks.map(({ photoId, reason }) => ({ photo_id: photoId, reason })),
    });
  return (
    <Modal open title={`工单 ${jobId}：不合格`} okText="判定（6 秒内可撤销）" cancelText="取消" onOk={fields.submit} onCancel={onClose} afterOpenChange={begin} destroyOnHidden>
      <Form form={fields} layout="vertical" onKeyDown={enter} onFinish={say} initialValues={{ verdict: "evidence", fault: "dealer" }}>
        <Form.Item label="有问题的照片">
          {marks.length === 0 && <Alert type="info" title="没有标记照片，请在说明里写明原因；也可先用数字键标记照片" />}
          {marks.map(({ photoId, reason }) => (
            <div key={`${photoId}${reason}`}>
              照片 {photoId}：{word(AUDIT_REASONS, reason)}
            </div>
          ))}
        </Form.Item>
        <Form.Item name="verdict" label="结论">
          <Radio.Group options={ASKED} />
        </Form.Item>
        {work && (
          <>
            <Form.Item name="fault" label="责任方">
              <Select options={options(FAULTS)} />
            </Form.Item>
            <Form.Item name="fraud" valuePropName="checked">
              <Checkbox>认定作假（扣回基础安装费）</Checkbox>
            </Form.Item>
          </>
        )}
        <Form.Item name="note" label="说明" rules={[{ required: marks.length === 0, whitespace: true, message: "请标记照片或写明原因" }]}>
          <Input.TextArea rows={3} maxLength={500} onKeyDown={(event) => event.ctrlKey && event.key === "Enter" && fields.submit()} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
