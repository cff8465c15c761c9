/** Around every page: who is here, what waits, what is asked, what was said. */

import { View } from "@tarojs/components";
import { useDidHide, useDidShow } from "@tarojs/taro";
import { useEffect, useState, type ReactNode } from "react";

import { Bar, Button, Failed, Loading, Toast } from "@/parts";
import { platform } from "@/platform";

import { ConsentSheet } from "./consent";
import { useWaiting } from "./doing";
import { queue } from "./phone";
import { go, replace } from "./ways";
import { again, open, useWho, type Me, type Who } from "./who";

interface Props {
  /** At the bottom, in a thumb's reach: at most two. */
  bar?: ReactNode;
  /** Who is here; `open` pages are shown to nobody in particular too. */
  children: ReactNode | ((me: Me) => ReactNode);
  open?: boolean;
}

export function Frame({ bar, children, open: anybody }: Props) {
  const who = useWho();
  const front = useFront();
  useEffect(() => void open(), []);
  return (
    <View className="tz-page" {...LARGE}>
      {who.state === "in" && <Strip />}
      {inside(who, children, anybody)}
      {bar && who.state === "in" && <Bar>{bar}</Bar>}
      {front && <ConsentSheet />}
      {front && <Toast />}
    </View>
  );
}

/** WeChat's setting for text; a browser's stands in `rem` by itself. */
const LARGE = platform.kind === "weapp" ? { style: { "--rem": `${16 * platform.textScale()}px` } as object } : {};

/** The pages below this one are still there: only the one in front asks and tells. */
function useFront(): boolean {
  const [front, setFront] = useState(true);
  useDidShow(() => setFront(true));
  useDidHide(() => setFront(false));
  return front;
}

function inside(who: Who, children: Props["children"], anybody = false): ReactNode {
  if (typeof children === "function") return who.state === "in" ? children(who.me) : <Door state={who.state} />;
  return who.state === "in" || (anybody && who.state === "out") ? children : <Door state={who.state} />;
}

function Door({ state }: { state: Who["state"] }) {
  if (state === "opening") return <Loading />;
  if (state === "unheard") return <Failed why="网络不通，请稍后再试" again={again} />;
  if (state === "stuck") return <Failed why="这台手机的存储暂时读不出来。做过的都还在，请再试一次" again={open} />;
  return (
    <View className="tz-blank">
      请从短信或微信消息里的链接打开，或用订单号查询
      <Button kind="main" id="to-claim" onPress={() => replace("claim")}>用订单号查询</Button>
    </View>
  );
}

/** One line on top: no network, what waits, what needs a person. Nothing when all has arrived. */
function Strip() {
  const waiting = useWaiting();
  const refused = waiting.filter((one) => one.state === "refused").length;
  const way = { onClick: () => go("waiting"), ...{ role: "button", tabIndex: 0 } };
  if (refused) return <View className="tz-strip tz-strip--bad" id="strip" {...way}>{refused} 项没有被接受，点开处理</View>;
  if (queue.barred === "signed_out") return <View className="tz-strip tz-strip--bad" id="strip" {...way}>登录已过期，{waiting.length} 项待发送</View>;
  if (queue.barred === "offline") return <View className="tz-strip" id="strip" {...way}>没有网络{waiting.length ? `，已记下 ${waiting.length} 项` : ""}，可以继续干活</View>;
  return waiting.length ? <View className="tz-strip" id="strip" {...way}>正在发送 {waiting.length} 项</View> : null;
}
