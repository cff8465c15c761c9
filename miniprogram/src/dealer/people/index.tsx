import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { api, Frame, go, useRead, type Me } from "@/shell";
import { Bar, Button, Card, Empty, Failed, Loading, tell } from "@/parts";

import { owns } from "../doors";
import { Crew, ends, useInstallers } from "../Crew";
import { Member } from "../Member";
import { Invited } from "../Invited";
import { Sure } from "../Sure";

/** Who works here: who waits to be let in, who can install what and until when, who was invited. */
export default function People() {
  return (
    <Frame>
      {(me) => owns(me) ? (
        <View>
          <Waiting me={me} />
          <Team me={me} />
          <Invited />
          <Bar><Button kind="main" id="invite" onPress={() => go("dealerInvite")}>邀请同事</Button></Bar>
        </View>
      ) : <Crew dealer={me.dealer_id ?? 0} />}
    </Frame>
  );
}

/** Whose yes or no is waited for: new people, and those who come with another WeChat account. */
function Waiting({ me }: { me: Me }) {
  const { data, again } = useRead("/api/v1/people", { query: { dealer_id: me.dealer_id, status: "pending", limit: 100 } });
  const rebinding = useRead("/api/v1/rebindings", { query: { limit: 100 } });
  const decide = async (id: number, yes: boolean) => {
    await api.post(yes ? "/api/v1/rebindings/{request_id}/approve" : "/api/v1/rebindings/{request_id}/refuse", { path: { request_id: id } });
    tell.done(yes ? "已换成新微信" : "已拒绝");
    await rebinding.again();
  };
  return (
    <View>
      {data?.items.map((one) => <Member key={one.binding_id} one={one} again={again} />)}
      {rebinding.data?.items.map((one) => (
        <Card key={one.id} kind="next" title={`${one.name} 换了微信`}>
          <View>{one.phone} 用新的微信登录，请先打电话问清楚是不是本人。</View>
          <View className="tz-pair">
            <Sure id={`refuse-${one.id}`} name="不是本人" kind="bad" send={() => decide(one.id, false)}>新微信不能登录，原来的不变。</Sure>
            <Sure id={`rebind-${one.id}`} name="是本人" kind="main" send={() => decide(one.id, true)}>原来的微信会退出登录。</Sure>
          </View>
        </Card>
      ))}
    </View>
  );
}

/** Everybody who is or was at work here, with what may be done about it. */
function Team({ me }: { me: Me }) {
  const { data, failed, again } = useRead("/api/v1/people", { query: { dealer_id: me.dealer_id, limit: 100 } });
  const { data: installers } = useInstallers(me.dealer_id ?? 0);
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const of = (one: Schemas["Member"]) => (one.role === "installer" ? installers?.find((known) => known.person_id === one.person_id) : undefined);
  const others = data.items.filter((one) => one.person_id !== me.person_id && (one.status === "active" || one.status === "suspended"));
  others.sort((a, b) => ends(of(a)).localeCompare(ends(of(b))));
  return (
    <View>
      {others.length === 0 && <Empty>还没有同事，请先邀请</Empty>}
      {others.map((one) => <Member key={one.binding_id} one={one} again={again} installer={of(one)} />)}
    </View>
  );
}
