import { View } from "@tarojs/components";

import { DeedCard, Frame, look, PutAway, queue, useWaiting } from "@/shell";
import { Button, Empty } from "@/parts";

/** What was done and has not arrived, and what can be done about what was refused. */
export default function WaitingPage() {
  return <Frame>{() => <All />}</Frame>;
}

function All() {
  const waiting = useWaiting();
  if (waiting.length === 0) return <Empty>都已送达</Empty>;
  return (
    <View>
      {queue.barred === "signed_out" && <Button kind="main" id="sign-in" onPress={look}>重新登录后发送</Button>}
      <PutAway waiting={waiting} />
      {waiting.map((one) => <DeedCard key={one.deed.id} one={one} />)}
    </View>
  );
}
