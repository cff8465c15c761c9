import { View } from "@tarojs/components";
import { useEffect, useState } from "react";

import { ACTIONS } from "@/made/words";
import { remedy, type Waiting } from "@/offline";
import { Button, Card, Photo, Sheet, Tag, Time } from "@/parts";
import { platform } from "@/platform";

import { queue } from "./phone";
import { go } from "./ways";

const STATES = { waiting: "待发送", sending: "发送中", refused: "未被接受", foreign: "另一身份的" } as const;
const KINDS = { waiting: "wait", sending: "wait", refused: "bad", foreign: "warn" } as const;

/** A deed that has not arrived; of a refused one why, and what can be done. */
export function DeedCard({ one: { deed, state, percent, tries }, here }: { one: Waiting; /** On its job's own page. */ here?: boolean }) {
  const [asked, setAsked] = useState(false);
  const { advice, again, safe } = remedy(deed);
  const gone = queue.awaiting(deed.id).length;
  const drop = () => (safe ? queue.drop(deed.id) : setAsked(true));
  return (
    <Card
      title={ACTIONS[deed.action] ?? deed.action}
      aside={<Tag kind={KINDS[state]}>{state === "sending" && percent ? `${percent}%` : STATES[state]}</Tag>}
    >
      <View className="tz-quiet">{deed.at && <Time at={deed.at} />}{tries > 0 && ` · 已试 ${tries} 次`}</View>
      {deed.photo && <Picture id={deed.id} />}
      {deed.trouble && (
        <View>
          <View>{deed.trouble.title}</View>
          {deed.trouble.faults.map((fault) => <View key={fault.field + fault.code}>· {fault.message}</View>)}
          <View className="tz-quiet">{advice}</View>
          <View className="tz-row">
            {!here && <Button small onPress={() => go("job", { id: deed.job })}>看工单</Button>}
            {again && <Button small kind="main" onPress={() => queue.retry(deed.id)}>重试</Button>}
            <Button small kind="bad" onPress={drop}>收起</Button>
          </View>
        </View>
      )}
      <Sheet
        title={deed.photo ? "删除这张照片？" : "放弃这一条？"}
        open={asked}
        onClose={() => setAsked(false)}
        ways={
          <>
            <Button kind="main" onPress={() => setAsked(false)}>留着</Button>
            <Button kind="bad" onPress={() => queue.drop(deed.id)}>放弃</Button>
          </>
        }
      >
        <View>放弃后不再发送，手机上也没有了。{gone > 0 && `用到它的 ${gone} 项也会一起放弃。`}</View>
      </Sheet>
    </Card>
  );
}

/** Photos that the server has as evidence, put away by one press instead of one each. */
export function PutAway({ waiting }: { waiting: readonly Waiting[] }) {
  const safe = waiting.filter(({ deed }) => remedy(deed).safe);
  if (safe.length < 2) return null;
  const all = async () => {
    for (const { deed } of safe) await queue.drop(deed.id);
  };
  return <Button id="put-away" onPress={all}>{safe.length} 张已存为证据，全部收起</Button>;
}

export function Picture({ id }: { id: string }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => void platform.files.address(id).then(setAddress), [id]);
  return address ? <Photo src={address} label="待发送的照片" /> : null;
}
