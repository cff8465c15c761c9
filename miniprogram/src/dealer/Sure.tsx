/** A deed that is not done by a slip of the thumb: what it means is said first. */

import { View } from "@tarojs/components";
import { useState, type PropsWithChildren } from "react";

import { Button, Sheet } from "@/parts";

interface Props {
  id: string;
  name: string;
  kind?: "main" | "bad" | undefined;
  small?: boolean;
  /** On the button that does it. */
  yes?: string;
  send: () => Promise<unknown>;
}

export function Sure({ id, name, kind, small = false, yes = name, send, children }: PropsWithChildren<Props>) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button id={id} kind={kind} small={small} onPress={() => setOpen(true)}>{name}</Button>
      <Sheet
        title={name}
        open={open}
        onClose={close}
        ways={
          <>
            <Button kind={kind ?? "main"} id={`${id}-yes`} onPress={() => send().then(close)}>{yes}</Button>
            <Button onPress={close}>返回</Button>
          </>
        }
      >
        <View>{children}</View>
      </Sheet>
    </>
  );
}
