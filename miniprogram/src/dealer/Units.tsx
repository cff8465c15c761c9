import { View } from "@tarojs/components";
import { useState, type PropsWithChildren } from "react";

import { Button, Sheet } from "@/parts";

const MOST = 12; // what a thumb finds at once
const STEP = 3;

interface Props {
  id: string;
  title: string;
  units: number | undefined;
  send: (units: number) => Promise<unknown>;
}

/** A row that, tapped, asks for a figure; a tap on the figure is the change. */
export function Units({ id, title, units, send, children }: PropsWithChildren<Props>) {
  const [open, setOpen] = useState(false);
  const [most, setMost] = useState(MOST);
  const close = () => setOpen(false);
  const last = Math.max(most, (units ?? 0) + STEP);
  return (
    <>
      <View className="tz-day" id={id} onClick={() => setOpen(true)} {...{ role: "button", tabIndex: 0 }}>{children}</View>
      <Sheet title={title} open={open} onClose={close} ways={<Button onPress={close}>不改了</Button>}>
        <View className="tz-figures">
          {Array.from({ length: last + 1 }, (_, figure) => (
            <Button key={figure} small kind={figure === units ? "main" : undefined} id={`units-${figure}`} onPress={() => send(figure).then(close)}>{figure === 0 ? "不接单" : String(figure)}</Button>
          ))}
          <Button small label="更多的数" onPress={() => setMost(last + MOST)}>更多</Button>
        </View>
      </Sheet>
    </>
  );
}
