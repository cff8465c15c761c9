import { App, Button, Image, Upload } from "antd";
import { useMutation } from "@tanstack/react-query";

import { http } from "@/api/client";
import { said } from "@/api/problem";
import { formOf } from "@/parts/fields";

/** What the installer sees beside the slot; a press shows it large. */
export const Shown = ({ example, alt }: { example: string; alt: string }) => (
  <Image width={64} height={48} style={{ objectFit: "cover" }} src={example} alt={alt} />
);

interface Props {
  label: string;
  /** Both given by the form. */
  value?: string | null;
  onChange?: (link: string | null) => void;
}

/** The example of one row: sent as soon as it is chosen, in force with the checklist's next version. */
export function ExampleInput({ label, value, onChange }: Props) {
  const { message } = App.useApp();
  const { mutate, isPending } = useMutation({
    mutationFn: (file: File) => http.POST("/api/v1/slot-examples", { body: formOf([{ originFileObj: file }]) }),
    onSuccess: ({ data }) => onChange?.(data?.example ?? null),
    onError: (error) => void message.error(said(error), 6),
  });
  return (
    <div className="example">
      {value && <Shown example={value} alt={label} />}
      <Upload accept="image/*" showUploadList={false} beforeUpload={(file) => (mutate(file), false)}>
        <Button size="small" loading={isPending} aria-label={`${value ? "换图" : "上传"}：${label}`}>
          {value ? "换图" : "上传"}
        </Button>
      </Upload>
      {value && (
        <Button size="small" type="text" onClick={() => onChange?.(null)} aria-label={`去掉：${label}`}>
          去掉
        </Button>
      )}
    </div>
  );
}
