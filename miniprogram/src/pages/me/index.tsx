import { View } from "@tarojs/components";
import { useState } from "react";

import { api, comeBack, Frame, go, look, OtherRoles, replace, signOut, useWaiting, type Me } from "@/shell";
import { BINDINGS, ROLES } from "@/made/words";
import { Button, Card, Field, Tag, tell } from "@/parts";
import { platform } from "@/platform";

/** Oneself: roles to switch between, what waits, what may be used, the way out. */
export default function MePage() {
  return <Frame>{(me) => <Mine me={me} />}</Frame>;
}

function Mine({ me }: { me: Me }) {
  const waiting = useWaiting().length;
  const pending = me.roles.filter((role) => role.status !== "active");
  const leave = async () => {
    await signOut();
    tell.done(waiting ? `已退出；${waiting} 项会在您再次登录后发送` : "已退出");
    replace("home");
  };
  const own = async () => {
    await comeBack();
    replace("home");
  };
  return (
    <View>
      <Card title={me.name ?? "您好"} aside={<Tag>{ROLES[me.role] ?? me.role}</Tag>}>
        <View className="tz-quiet">{[me.dealer_name, me.phone].filter(Boolean).join(" · ")}</View>
        {me.person_id && <Name key={me.name} name={me.name ?? ""} />}
        <OtherRoles />
      </Card>
      {pending.map((role) => (
        <Card key={role.id} title={ROLES[role.role] ?? role.role} aside={<Tag>{BINDINGS[role.status] ?? role.status}</Tag>}>
          <View className="tz-quiet">{role.dealer_name}</View>
        </Card>
      ))}
      <Card>
        <Line id="to-waiting" to="waiting">待发送{waiting ? ` ${waiting} 项` : ""}</Line>
        <Line id="to-privacy" to="privacy">授权与隐私</Line>
        {me.kind === "phone" && <Line id="to-devices" to="devices">登录的设备</Line>}
        <Line id="to-claim" to="claim">查另一张安装单，或凭邀请加入</Line>
      </Card>
      {me.kind === "link" && platform.kind === "weapp" && <Button id="come-back" onPress={own}>回到我自己的身份</Button>}
      <Button kind="plain" id="sign-out" onPress={leave}>退出登录</Button>
    </View>
  );
}

function Line({ id, to, children }: { id: string; to: Parameters<typeof go>[0]; children: React.ReactNode }) {
  return (
    <View className="tz-line" id={id} onClick={() => go(to)} {...{ role: "button", tabIndex: 0 }}>
      <View className="tz-line__text">{children}</View>
    </View>
  );
}

/** WeChat tells no names; people say theirs. */
function Name({ name: old }: { name: string }) {
  const [name, setName] = useState<string>();
  if (name === undefined) return <Button kind="plain" small id="rename" onPress={() => setName(old)}>{old ? "改名字" : "填写名字"}</Button>;
  const save = async () => {
    await api.patch("/api/v1/me", { body: { name: name.trim() } });
    await look();
  };
  return (
    <View>
      <Field id="my-name" label="名字" value={name} onChange={setName} most={40} />
      <Button id="save-name" off={!name.trim() || name.trim() === old} onPress={save}>存下</Button>
    </View>
  );
}
