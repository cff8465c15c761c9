import { DatePicker, Form, Input, InputNumber, Select, Upload, Button } from "antd";
import type { Dayjs } from "dayjs";

/** Fields of the dialogues: a label that is read aloud, and what must be filled in. */
interface Props {
  name: string;
  label: string;
  /** May stay empty. */
  free?: boolean;
  help?: string;
}

const asked = ({ name, label, free, help }: Props) => ({
  name,
  label,
  extra: help,
  rules: [{ required: !free, message: `请填写${label}` }],
});

export const TextField = ({ long, most = 1_000, ...field }: Props & { long?: boolean; most?: number }) => (
  <Form.Item {...asked(field)}>{long ? <Input.TextArea rows={4} maxLength={most} showCount /> : <Input maxLength={200} />}</Form.Item>
);

/** Yuan for the person, fen for everybody else. */
export const MoneyField = ({ least = 0, ...field }: Props & { least?: number }) => (
  <Form.Item {...asked(field)} getValueProps={yuanOf} normalize={fenOf}>
    <InputNumber min={least} precision={2} prefix="¥" style={{ width: "100%" }} />
  </Form.Item>
);

const yuanOf = (fen?: number | null) => ({ value: fen == null ? fen : fen / 100 });
const fenOf = (yuan?: number | null) => (yuan == null ? yuan : Math.round(yuan * 100));

export const NumberField = ({ least = 1, unit, ...field }: Props & { least?: number; unit?: string }) => (
  <Form.Item {...asked(field)}>
    <InputNumber min={least} precision={0} suffix={unit} style={{ width: "100%" }} />
  </Form.Item>
);

/** Percent for the person, basis points for everybody else. */
export const ShareField = (field: Props) => (
  <Form.Item {...asked(field)} getValueProps={yuanOf} normalize={fenOf}>
    <InputNumber min={0} max={1000} precision={2} suffix="%" style={{ width: "100%" }} />
  </Form.Item>
);

export const ChoiceField = ({ options, ...field }: Props & { options: { value: string; label: string }[] }) => (
  <Form.Item {...asked(field)}>
    <Select allowClear={field.free} showSearch optionFilterProp="label" options={options} />
  </Form.Item>
);

/** A day as `2026-12-31`; with `month`, its first day. */
export const DayField = ({ month, ...field }: Props & { month?: boolean }) => (
  <Form.Item {...asked(field)}>
    <DatePicker picker={month ? "month" : "date"} style={{ width: "100%" }} />
  </Form.Item>
);

export const dayOf = (day: Dayjs): string => day.format("YYYY-MM-DD");
export const firstOf = (month: Dayjs): string => month.format("YYYY-MM-01");

/** One file, sent with the dialogue and not before. */
export const FileField = ({ accept, ...field }: Props & { accept: string }) => (
  <Form.Item {...asked(field)} valuePropName="fileList" getValueFromEvent={(event: { fileList: Chosen[] }) => event.fileList.slice(-1)}>
    <Upload accept={accept} beforeUpload={() => false} maxCount={1}>
      <Button>选择文件</Button>
    </Upload>
  </Form.Item>
);

export interface Chosen {
  originFileObj?: File;
}

/** A file and what goes with it. The contract's types know no files, so it fits every body. */
export function formOf(files: Chosen[], more: Record<string, string> = {}): never {
  const form = new FormData();
  for (const [name, value] of Object.entries(more)) form.append(name, value);
  const file = files[0]?.originFileObj;
  if (file) form.append("file", file);
  return form as never;
}
