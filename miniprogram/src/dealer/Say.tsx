/** A few words to be sent: what happened, why not, an answer. What was written stays when the sending failed. */

import { useState, type PropsWithChildren } from "react";

import { Button, Field, Sheet } from "@/parts";

interface Props {
  id: string;
  /** On the button that opens it, and over the sheet. */
  name: string;
  label: string;
  kind?: "main" | "bad" | undefined;
  send: (words: string) => Promise<unknown>;
}

export function Say({ id, name, label, kind, send, children }: PropsWithChildren<Props>) {
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const close = () => setOpen(false);
  const done = async () => {
    await send(words.trim());
    setWords("");
    close();
  };
  return (
    <>
      <Button id={id} kind={kind} onPress={() => setOpen(true)}>{name}</Button>
      <Sheet
        title={name}
        open={open}
        onClose={close}
        ways={
          <>
            <Button kind="main" id={`${id}-send`} off={!words.trim()} onPress={done}>提交</Button>
            <Button onPress={close}>返回</Button>
          </>
        }
      >
        <Field id={`${id}-words`} label={label} value={words} onChange={setWords} long />
        {children}
      </Sheet>
    </>
  );
}
