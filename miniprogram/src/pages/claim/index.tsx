import { View } from "@tarojs/components";
import { useRouter } from "@tarojs/taro";
import { useEffect, useState } from "react";

import { api, enter, Frame, go, look, PhoneButton, replace, useWho } from "@/shell";
import { BINDING_REASONS } from "@/made/words";
import { Button, Card, Field, Icon, Loading, tell } from "@/parts";
import { said, type Schemas } from "@/api";
import { platform } from "@/platform";

import { Gate } from "./Gate";
import { invitationIn, sceneIn } from "./scene";

/** The ways in that are no message's link: a QR code's scene, one's own phone, an order's number, an invitation. */
export default function Claim() {
  const scene = sceneIn(useRouter().params.scene);
  const invitation = scene && invitationIn(scene);
  return <Frame open>{scene && !invitation ? <Gate><ByScene token={scene} /></Gate> : <Ways invited={invitation} />}</Frame>;
}

/** The code on a parcel: a job's link, good at once. */
function ByScene({ token }: { token: string }) {
  const [failed, setFailed] = useState<string>();
  const [given, setGiven] = useState(false);
  const arrive = async () => {
    setFailed(undefined);
    try {
      await enter(await api.post("/api/v1/sessions/link", { body: { token } }));
      replace("home");
    } catch (error) {
      setFailed(said(error));
    }
  };
  useEffect(() => void arrive(), [token]);
  if (given) return <Ways />;
  if (!failed) return <Loading />;
  return (
    <View className="tz-blank" {...{ role: "alert" }}>
      {failed}
      <Button kind="main" id="by-hand" onPress={() => setGiven(true)}>用订单号查询</Button>
      <Button kind="plain" onPress={arrive}>再试一次</Button>
    </View>
  );
}

function Ways({ invited }: { invited?: string | undefined }) {
  const [joining, setJoining] = useState(Boolean(invited));
  if (joining) return <Join invited={invited ?? ""} back={() => setJoining(false)} />;
  return (
    <View>
      <Gate><Find /></Gate>
      <Button kind="plain" id="to-join" onPress={() => setJoining(true)}>我收到了网点的邀请</Button>
    </View>
  );
}

function Find() {
  const [number, setNumber] = useState("");
  const [last4, setLast4] = useState("");
  const [found, setFound] = useState<Schemas["Claimable"][]>([]);
  const find = async () => {
    const found = await api.post("/api/v1/sessions/claim", { body: { order_number: number.trim(), phone_last4: last4 } });
    await enter(found);
    if (found.jobs.length > 1) setFound(found.jobs);
    else replace("home");
  };
  const open = async (job_id: number) => {
    await enter(await api.post("/api/v1/sessions/claim", { body: { order_number: number.trim(), phone_last4: last4, job_id } }));
    go("home");
  };
  const link = async (phone_code: string, version: string) => {
    await api.post("/api/v1/me/phone", { body: { phone_code, consent_version: version as Version } });
    await look();
    replace("home");
  };
  return (
    <View>
      {platform.kind === "weapp" && (
        <Card title="用下单的手机号查，最省事">
          <PhoneButton id="by-phone" onCode={link}>用微信手机号查我的安装单</PhoneButton>
        </Card>
      )}
      <Card title="用订单号查安装单">
        <Field id="order-number" label="订单号" value={number} onChange={setNumber} most={64} hint="购物平台“我的订单”里能看到" />
        <Field id="phone-last4" label="下单手机号后四位" kind="number" value={last4} onChange={setLast4} most={4} />
        <Button kind="main" id="find" off={!number.trim() || last4.length !== 4} onPress={find}>查询</Button>
        {found.length > 0 && <View className="tz-heading">这个订单有 {found.length} 张安装单，点开看</View>}
        {found.map((one) => (
          <Button key={one.id} id={`found-${one.id}`} onPress={() => open(one.id)}>{one.product_name} · {one.kind_name} · {one.status_name}</Button>
        ))}
      </Card>
    </View>
  );
}

type Version = "2026-01";

/** With the phone's number at once active; without it the dealer approves by hand. */
function Join({ invited, back }: { invited: string; back: () => void }) {
  const who = useWho();
  const [code, setCode] = useState(invited);
  const [name, setName] = useState("");
  const [waits, setWaits] = useState<string>();
  if (who.state !== "in" || who.me.kind === "link") {
    return (
      <View className="tz-blank">
        加入网点请在微信小程序里打开邀请，这里不能登录
        <Button id="back" onPress={back}>返回</Button>
      </View>
    );
  }
  const join = async (phone_code?: string, version?: string) => {
    const phone = phone_code ? { phone_code, consent_version: version as Version } : {};
    const own = name.trim() ? { name: name.trim() } : {};
    const bound = await api.post("/api/v1/me/bindings", { body: { invitation: code.trim(), ...own, ...phone } });
    await look();
    if (bound.status !== "active") return setWaits(BINDING_REASONS[bound.reason] ?? "等网点批准");
    tell.done("已加入");
    replace("home");
  };
  const scan = async () => {
    const text = await platform.scan();
    if (text) setCode(invitationIn(sceneIn(text) ?? text) ?? text);
  };
  if (waits) return <View className="tz-blank">已收到您的申请：{waits}<Button id="back" onPress={() => replace("home")}>好的</Button></View>;
  const ready = Boolean(code.trim());
  return (
    <Card title="凭邀请加入网点">
      <View className="tz-quiet tz-gap">请只用熟悉的网点给您的邀请码。加入后，网点能看到您的姓名，给了手机号的还有手机号。</View>
      <Field id="invitation" label="邀请码" value={code} onChange={setCode} most={100} hint="四组，每组五个字" />
      {!invited && <Button small id="scan-invitation" onPress={scan}><Icon name="scan" />扫邀请码</Button>}
      {!who.me.name && <Field id="own-name" label="您的姓名（网点的人会看到）" value={name} onChange={setName} most={40} />}
      {platform.kind === "weapp" && <PhoneButton id="join" off={!ready} onCode={join}>用微信手机号加入</PhoneButton>}
      <Button id="join-plain" off={!ready} onPress={() => join()}>不提供手机号，等待批准</Button>
      <Button kind="plain" id="back" onPress={back}>我不是来加入的</Button>
    </Card>
  );
}
