import { View } from "@tarojs/components";

import { Frame, go, replace, signOut, switchRole, useWaiting, type Me } from "@/shell";
import { BINDINGS, ROLES } from "@/made/words";
import { Button, Card, Tag, tell } from "@/parts";

/** Oneself: roles to switch between, what waits, the way out. */
export default function MePage() {
  return <Frame>{(me) => <Mine me={me} />}</Frame>;
}

function Mine({ me }: { me: Me }) {
  const waiting = useWaiting().length;
  const become = async (id: number) => {
    await switchRole(id);
    replace("home");
  };
  const leave = async () => {
    await signOut();
    tell.done(waiting ? `已退出；${waiting} 项会在您再次登录后发送` : "已退出");
    replace("home");
  };
  return (
    <View>
      <Card title={me.name ?? "您好"} aside={<Tag>{ROLES[me.role] ?? me.role}</Tag>}>
        <View className="tz-quiet">{[me.dealer_name, me.phone].filter(Boolean).join(" · ")}</View>
      </Card>
      {me.roles.filter((role) => role.id !== me.binding_id).map((role) => (
        <Card key={role.id} title={ROLES[role.role] ?? role.role} aside={<Tag>{BINDINGS[role.status] ?? role.status}</Tag>}>
          <View className="tz-quiet">{role.dealer_name}</View>
          {role.status === "active" && <Button id={`role-${role.id}`} onPress={() => become(role.id)}>切换到这个身份</Button>}
        </Card>
      ))}
      <Button id="to-waiting" onPress={() => go("waiting")}>待发送{waiting ? ` ${waiting} 项` : ""}</Button>
      <Button kind="plain" id="sign-out" onPress={leave}>退出登录</Button>
    </View>
  );
}
