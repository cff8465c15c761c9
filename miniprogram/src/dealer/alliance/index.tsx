import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { Frame, go, useRead } from "@/shell";
import { DECLARATIONS } from "@/made/words";
import { Button, Card, Empty, Failed, Icon, Loading, Tag, Time, yuan } from "@/parts";

import { toSign } from "../agreements";

/** What the year is on course for and why, what was declared, and the agreement it all stands under. */
export default function Alliance() {
  return <Frame>{() => <Year />}</Frame>;
}

function Year() {
  const { data, failed, again } = useRead("/api/v1/alliance/outlook");
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  return (
    <View>
      <Agreement member={data.member} />
      <Course outlook={data} />
      <Declarations />
    </View>
  );
}

function Agreement({ member }: { member: boolean }) {
  const { data } = useRead("/api/v1/alliance/agreements", { query: { limit: 10 } });
  if (!data) return null;
  const waits = toSign(data.items, member, Date.now());
  const signed = data.items.find((one) => one.signed_at);
  if (waits) {
    return (
      <Card kind="next" title={`联盟协议第 ${waits.version} 版等您签署`} aside={<Tag kind="warn">未签署</Tag>}>
        <View>{member ? "新版协议签了，奖励才照发。" : "签署之后就加入联盟，派单优先，年底有奖励。"}</View>
        <Button kind="main" id="read-agreement" onPress={() => go("dealerAgreement", { version: waits.version })}>读全文，再签署</Button>
      </Card>
    );
  }
  if (!signed) return <Empty>品牌还没有发布联盟协议</Empty>;
  return (
    <Card title={`联盟协议第 ${signed.version} 版`} aside={<Tag kind="good">已签署</Tag>}>
      <View className="tz-quiet"><Time at={signed.signed_at ?? ""} /> 签署</View>
      <Button id="read-agreement" onPress={() => go("dealerAgreement", { version: signed.version })}>再读一遍</Button>
    </Card>
  );
}

function Course({ outlook }: { outlook: Schemas["OutlookView"] }) {
  if (!outlook.member) return null;
  return (
    <Card title={`${outlook.year} 年预计奖励`} aside={<View className="tz-sum">{yuan(outlook.on_course_fen)}</View>}>
      <View>{outlook.arithmetic}</View>
      {outlook.missed.map((why) => <View key={why} className="tz-note tz-note--bad"><Icon name="warn" />{why}</View>)}
      {outlook.missed.length === 0 && <View className="tz-note">再超时 {outlook.late_left} 单、再成立 {outlook.complaints_left} 件投诉以内，奖励都保得住</View>}
      {outlook.lost_fen > 0 && <View>已经少了 {yuan(outlook.lost_fen)}</View>}
      <View className="tz-quiet">线下销售 {yuan(outlook.sales_fen)}（{outlook.basis}），在盟 {outlook.months} 个月，完成 {outlook.jobs} 单，超时 {outlook.late} 单，投诉成立 {outlook.upheld_complaints} 件</View>
    </Card>
  );
}

const KINDS = { declared: "wait", verified: "good", refused: "bad" } as const;

function Declarations() {
  const { data, failed, again } = useRead("/api/v1/alliance/declarations", { query: { limit: 20 } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  return (
    <View>
      <View className="tz-heading">申报的线下销售</View>
      {data.items.length === 0 && <Empty>还没有申报过，奖励按线下销售算</Empty>}
      {data.items.map((one) => (
        <Card key={one.id} title={`${one.year} 年 ${one.division_name}`} aside={<Tag kind={KINDS[one.state as keyof typeof KINDS]}>{DECLARATIONS[one.state] ?? one.state}</Tag>}>
          <View className="tz-strong">{yuan(one.verified_fen ?? one.declared_fen)}</View>
          {one.verified_fen !== null && one.verified_fen !== one.declared_fen && <View>申报 {yuan(one.declared_fen)}</View>}
          {one.reason && <View>{one.reason}</View>}
        </Card>
      ))}
      <Button kind="main" id="declare" onPress={() => go("dealerDeclare")}>申报线下销售</Button>
    </View>
  );
}
