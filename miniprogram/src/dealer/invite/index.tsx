import { View } from "@tarojs/components";
import { useShareAppMessage } from "@tarojs/taro";
import { useState } from "react";

import { said, type Schemas } from "@/api";
import { api, Frame, WAYS, type Me } from "@/shell";
import { ROLES } from "@/made/words";
import { Button, Card, Choice, dayOf, Field, Photo } from "@/parts";
import { platform } from "@/platform";

type Issued = Schemas["Issued"];
type Post = Schemas["InvitationBody"]["role"];

const POSTS: readonly Post[] = ["installer", "dispatcher"];

/** A colleague is asked in: the code to be scanned on the spot, sent in WeChat, or told. */
export default function Invite() {
  const [issued, setIssued] = useState<Issued>();
  useShareAppMessage(() => ({
    title: issued ? `请您来做${ROLES[issued.role] ?? "同事"}，点开加入` : "妥装",
    path: issued ? `${WAYS.claim}?scene=${issued.code}` : WAYS.home,
  }));
  return <Frame>{(me) => (issued ? <Shown issued={issued} more={() => setIssued(undefined)} /> : <Ask me={me} told={setIssued} />)}</Frame>;
}

function Ask({ me, told }: { me: Me; told: (issued: Issued) => void }) {
  const [role, setRole] = useState<string>("installer");
  const [phone, setPhone] = useState("");
  const send = async () => told(await api.post("/api/v1/invitations", { body: { role: role as Post, dealer_id: me.dealer_id, phone } }));
  return (
    <Card title="请谁来？">
      <Choice label="做什么" options={POSTS.map((post) => [post, ROLES[post] ?? post] as const)} value={role} onChange={setRole} />
      <Field id="invite-phone" label="手机号（只有这个号码能用这份邀请）" kind="number" value={phone} onChange={setPhone} most={11} />
      <Button kind="main" id="invite-send" off={phone.length !== 11} onPress={send}>生成邀请</Button>
    </Card>
  );
}

/** The code is told once; who needs it again makes a new invitation. */
function Shown({ issued, more }: { issued: Issued; more: () => void }) {
  const [picture, setPicture] = useState<string>();
  const [why, setWhy] = useState("");
  const draw = async () => {
    try {
      const { media_type, image_base64 } = await api.post("/api/v1/invitations/qr", { body: { code: issued.code } });
      setPicture(`data:${media_type};base64,${image_base64}`);
    } catch (error) {
      setWhy(`${said(error)}。也可以把邀请码告诉对方。`);
    }
  };
  return (
    <View>
      <View className="tz-title">请{ROLES[issued.role] ?? "同事"}用微信扫一扫</View>
      <Card>
        {picture ? <View className="tz-code"><Photo src={picture} label="邀请的小程序码" large /></View> : <Button kind="main" id="invite-qr" onPress={draw}>当面扫码</Button>}
        {why && <View className="tz-note tz-note--warn">{why}</View>}
        {platform.kind === "weapp" && <Button id="invite-share" openType="share">发给微信好友</Button>}
      </Card>
      <Card title="或者告诉对方邀请码">
        <View className="tz-sum" id="invite-code">{issued.code}</View>
        <View className="tz-quiet">{dayOf(issued.expires_at, Date.now())} 前有效，只能用一次。离开这一页就不再显示。</View>
      </Card>
      <Button id="invite-more" onPress={more}>再邀请一位</Button>
    </View>
  );
}
