import { Text, View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { Frame, go, HomeBar, useRead, type Me } from "@/shell";
import { Button, Countdown, Failed, Loading } from "@/parts";

import { doorsOf, WAY_TO } from "../doors";

/** What waits for the dealer's word, what runs out first on top; below it the way to everything else. */
export default function DealerHome() {
  return (
    <Frame bar={<HomeBar />}>
      {(me) => (
        <View>
          <Waits />
          <Doors me={me} />
        </View>
      )}
    </Frame>
  );
}

function Waits() {
  const { data, failed, again } = useRead("/api/v1/desk");
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  return (
    <View>
      <View className="tz-title">{data.items.length ? "等您处理" : "现在没有等您处理的事"}</View>
      {data.items.map((line) => <Line key={line.kind} line={line} />)}
    </View>
  );
}

function Line({ line: { kind, name, count, due_at } }: { line: Schemas["DeskLine"] }) {
  const [to, query] = WAY_TO[kind] ?? ["dealerJobs", {}];
  return (
    <View className="tz-line tz-line--card" id={`waits-${kind}`} onClick={() => go(to, query)} {...{ role: "button", tabIndex: 0 }}>
      <Text className="tz-number">{count}</Text>
      <View className="tz-line__text">
        <View>{name}</View>
        {due_at && <View className="tz-quiet tz-plain">{Date.parse(due_at) < Date.now() ? "最早的" : "最早的还剩 "}<Countdown until={due_at} /></View>}
      </View>
    </View>
  );
}

function Doors({ me }: { me: Me }) {
  return (
    <View>
      <View className="tz-heading">全部</View>
      <View className="tz-pair">
        {doorsOf(me).map(([to, name]) => <Button key={to} id={`to-${to}`} onPress={() => go(to)}>{name}</Button>)}
      </View>
    </View>
  );
}
