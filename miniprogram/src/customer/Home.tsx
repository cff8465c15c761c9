import { View } from "@tarojs/components";

import { go, signIn, useRead, useWho, type Me } from "@/shell";
import { KINDS, STATUSES } from "@/made/words";
import { Button, Card, dayOf, Empty, Failed, Icon, Loading, Tag, Time } from "@/parts";
import { platform } from "@/platform";

import { CustomerJob } from "./Job";

/** A link opens one job. Who signed in by WeChat has all of his: one is shown at once, several by a tap each. */
export function CustomerHome({ me }: { me: Me }) {
  return me.job_id ? <CustomerJob id={me.job_id} /> : <All />;
}

function All() {
  const { data, failed, again } = useRead("/api/v1/jobs", { query: { limit: 50 } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const jobs = data.items.filter((one) => one.kind !== "return_visit");
  if (!jobs.length) return <Empty>这个手机号下还没有安装单。刚下单的话，过几分钟再看。<AskFirst /></Empty>;
  if (jobs.length === 1 && jobs[0]) return <CustomerJob id={jobs[0].id} />;
  return (
    <View>
      <View className="tz-title">您的安装单</View>
      {jobs.map((one) => (
        <Card key={one.id} id={`job-${one.id}`} title={one.product_name} aside={<Tag>{STATUSES[one.status] ?? one.status}</Tag>} onPress={() => go("job", { id: one.id })}>
          <View className="tz-quiet">{KINDS[one.kind] ?? one.kind} · {dayOf(one.created_at, Date.now())}</View>
          {one.window_start ? <View className="tz-strong"><Time at={one.window_start} until={one.window_end} /></View> : <View className="tz-quiet">{one.dealer_name ?? "正在安排服务网点"}</View>}
        </Card>
      ))}
      <AskFirst />
    </View>
  );
}

/** Nobody yet: what can be asked without being anybody, and the ways to one's own job. */
export function Guest() {
  const out = useWho().state === "out";
  return (
    <View>
      <View className="tz-title">您好</View>
      <AskFirst />
      <Card title="已经买了，看安装进度">
        <Button id="to-claim" onPress={() => go("claim")}>看我的安装单</Button>
        <View className="tz-quiet">短信和微信消息里的链接，点开就是您的安装单。链接过期了，请点最近的一条，或者从这里查。</View>
        {out && platform.kind === "weapp" && <Button id="sign-in" onPress={signIn}>用微信登录</Button>}
        <Button kind="plain" id="to-invited" onPress={() => go("claim")}>我是师傅，收到了邀请</Button>
      </Card>
    </View>
  );
}

export function AskFirst() {
  return (
    <Card title="还没买，先问一问">
      <View>您家能不能装、谁来装、哪些要钱，下单前就看清楚。</View>
      <Button kind="main" id="to-promise" onPress={() => go("promise")}><Icon name="pin" />查一查</Button>
    </Card>
  );
}
