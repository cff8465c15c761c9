import { View } from "@tarojs/components";
import Taro, { useShareAppMessage } from "@tarojs/taro";

import type { Schemas } from "@/api";
import { api, go, onward, useRead, WAYS } from "@/shell";
import { Button, Card, Failed, Icon, Loading, tell, Time } from "@/parts";
import { platform } from "@/platform";

import { Film } from "../Film";
import { Costs } from "./Costs";

type Line = Schemas["LinePromise"];
const page = (id: string) => `${WAYS.promise}?id=${encodeURIComponent(id)}`;

/** A promise, word by word as it was given; its address can be opened again, and sent to who pays. */
export function Promised({ id }: { id: string }) {
  const { data, failed, again } = useRead("/api/v1/promises/{token}", { path: { token: id } });
  useShareAppMessage(() => ({ title: data ? `${data.answer.lines[0]?.name ?? ""}：能不能装、多少钱` : "能不能装、多少钱", path: page(id) }));
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const { answer } = data;
  const copy = async () => {
    await Taro.setClipboardData({ data: `${location.origin}/app${page(id)}` });
    tell.done("链接已复制，可以发给家人，以后也能再打开");
  };
  const decide = async (decision: "can" | "cannot" | "unsure") => {
    await api.post("/api/v1/promises/{token}/decision", { path: { token: id }, body: { decision } });
    await again();
  };
  return (
    <View>
      {answer.lines.map((line) => (
        <View key={line.sku}>
          <View className="tz-title">{line.name}</View>
          <View className="tz-quiet tz-gap"><Icon name="pin" />{answer.place}</View>
          <Comes line={line} />
          {line.self_install?.suitable && <Alone how={line.self_install} decision={data.decision} decide={decide} />}
          {(line.covered || line.notes.length > 0) && <Card title="钱怎么算"><Costs answer={answer} line={line} /></Card>}
        </View>
      ))}
      <View className="tz-quiet tz-gap">{data.expired ? "这个答复已经过期，请再查一次。" : <>有效到 <Time at={data.expires_at} />。下单后按这里说的办；多收要您同意。</>}</View>
      {platform.kind === "h5" && <Button id="copy-promise" onPress={copy}>复制链接，发给家人</Button>}
      <Button id="ask-again" onPress={() => onward("promise")}>再查一个</Button>
      <Button kind="plain" onPress={() => go("claim")}>已经买了？看安装进度</Button>
    </View>
  );
}

function Comes({ line }: { line: Line }) {
  if (line.covered === null) return <Card title="这件商品不用安装"><View>{line.text}</View></Card>;
  if (!line.covered) return <Card title="附近没有服务网点"><View>{line.text}</View></Card>; // with the advice, if there is any
  return (
    <Card title="能上门安装" kind="next">
      <View><Icon name="user" />{line.dealer}{line.alliance && "（品牌服务联盟）"}</View>
      {line.windows.length > 0 && <View className="tz-strong">最早可以约</View>}
      {line.windows.map((one) => <View key={one.start}><Time at={one.start} until={one.end} /></View>)}
      {Boolean(line.lead_days) && <View className="tz-quiet">请提前 {line.lead_days} 天预约；哪天上门，下单后由您选。</View>}
      {!line.windows.length && <View className="tz-quiet">{line.text}</View>}
    </Card>
  );
}

const SAID: Readonly<Record<string, string>> = {
  can: "好的。请照步骤做，拿不准就停下。装不成可以联系店铺。",
  cannot: "那么请先不要下单，免得东西到了没人装。可以先问问店铺的客服。",
  unsure: "先看看视频和步骤，或者问问店铺的客服，想清楚了再下单。",
};

function Alone({ how, decision, decide }: { how: Schemas["SelfInstall"]; decision: string | null; decide: (word: "can" | "cannot" | "unsure") => Promise<void> }) {
  return (
    <Card title="自己能装吗？" kind="next">
      <Film url={how.video_url} />
      {how.steps.map((step, at) => <View key={step} className="tz-part">{at + 1}. {step}</View>)}
      {how.question && <View className="tz-strong">{how.question}</View>}
      {decision && <View className="tz-note" id="decided">{SAID[decision]}</View>}
      {!decision && (
        <View className="tz-stack">
          <Button kind="main" id="decide-can" onPress={() => decide("can")}>能，我自己装</Button>
          <Button id="decide-cannot" onPress={() => decide("cannot")}>装不了</Button>
          <Button id="decide-unsure" onPress={() => decide("unsure")}>说不准</Button>
        </View>
      )}
    </Card>
  );
}
