import { View } from "@tarojs/components";
import { useState, type PropsWithChildren } from "react";

import { replace, useWho } from "@/shell";
import { ROLES } from "@/made/words";
import { Button, Card } from "@/parts";
import { platform } from "@/platform";

const BACK = platform.kind === "weapp" ? "看完后，在“我的”里点“回到我自己的身份”。" : "看完后要重新登录。";

/** Somebody at work is told what it costs before a customer's job takes the place of his session. */
export function Gate({ children }: PropsWithChildren) {
  const who = useWho();
  const [agreed, setAgreed] = useState(false);
  if (agreed || who.state !== "in" || !who.me.binding_id) return <>{children}</>;
  const { dealer_name, role } = who.me;
  return (
    <Card title={`您现在是${dealer_name ? `${dealer_name}的` : ""}${ROLES[role] ?? role}`}>
      <View id="gate" className="tz-gap">打开客户的安装单，会先退出这个身份。没发完的会留着，您回来后接着发。{BACK}</View>
      <View className="tz-stack">
        <Button kind="main" id="stay" onPress={() => replace("home")}>不退出，回首页</Button>
        <Button id="leave-role" onPress={() => setAgreed(true)}>退出，看客户的安装单</Button>
      </View>
    </Card>
  );
}
