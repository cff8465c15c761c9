import { View } from "@tarojs/components";

import { api, Frame, useRead } from "@/shell";
import { ROLES, SESSIONS } from "@/made/words";
import { Button, Card, Empty, Failed, Loading, Tag, tell, Time } from "@/parts";

/** Where one is signed in; a lost phone is put out from here. */
export default function Devices() {
  return <Frame>{() => <All />}</Frame>;
}

function All() {
  const { data, failed, again } = useRead("/api/v1/me/sessions");
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>您是从消息里的链接进来的，没有登录别的设备</Empty>;
  const end = async (session_id: number) => {
    await api.delete("/api/v1/me/sessions/{session_id}", { path: { session_id } });
    tell.done("已下线");
    await again();
  };
  return (
    <View>
      {data.items.map((one) => (
        <Card key={one.id} title={SESSIONS[one.kind] ?? one.kind} aside={one.current ? <Tag kind="good">就是这台</Tag> : null}>
          <View className="tz-quiet">{ROLES[one.role] ?? one.role} · 最近使用 <Time at={one.last_seen} /></View>
          {!one.current && <Button kind="bad" id={`end-${one.id}`} onPress={() => end(one.id)}>不是我，让它下线</Button>}
        </Card>
      ))}
    </View>
  );
}
