import { Button, type ButtonProps, Form, Modal } from "antd";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";

import { key } from "@/api/client";
import { useTold } from "./told";

/** Goes along as `params.header`: the same with every retry of one intention. */
export interface Once {
  "Idempotency-Key": string;
}

interface Props<Values> extends Pick<ButtonProps, "type" | "danger" | "size" | "disabled"> {
  label: string;
  /** Of the dialogue, when the button's own word says too little. */
  title?: string;
  initial?: Partial<Values>;
  width?: number;
  send: (values: Values, once: Once) => Promise<unknown>;
  onDone?: () => void;
  /** Fields by their names, or a sentence that says what follows. */
  children: ReactNode;
}

/** A button and its dialogue: what is asked, sent once, and how it went. */
export function Deed<Values extends object>({ label, title, initial, width, send, onDone, children, ...button }: Props<Values>) {
  const [open, setOpen] = useState(false);
  const [fields] = Form.useForm<Values>();
  const once = useRef(key());
  const told = useTold(`${label}：已完成`);
  const { mutate, isPending } = useMutation({
    mutationFn: (values: Values) => send(values, { "Idempotency-Key": once.current }),
    onSuccess: async () => {
      setOpen(false);
      onDone?.();
      await told.onSuccess();
    },
    onError: (error) => {
      once.current = key();
      told.onError(error);
    },
  });
  const begin = () => {
    once.current = key();
    setOpen(true);
  };
  return (
    <>
      <Button {...button} onClick={begin}>
        {label}
      </Button>
      <Modal
        open={open}
        title={title ?? label}
        width={width}
        okText={label}
        okButtonProps={{ danger: button.danger }}
        cancelText="取消"
        confirmLoading={isPending}
        onOk={() => void fields.validateFields().then(mutate)}
        onCancel={() => setOpen(false)}
        destroyOnHidden
      >
        <Form form={fields} layout="vertical" initialValues={initial as object} preserve={false} clearOnDestroy>
          {children}
        </Form>
      </Modal>
    </>
  );
}
