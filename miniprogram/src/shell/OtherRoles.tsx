import { View } from "@tarojs/components";

import { ROLES } from "@/made/words";
import { Button } from "@/parts";

import { replace } from "./ways";
import { switchRole, useWho } from "./who";

/** Where something is not for the role one is in: the others that one has. Nothing for who has one only. */
export function OtherRoles() {
  const who = useWho();
  if (who.state !== "in") return null;
  const { me } = who;
  const others = me.roles.filter((role) => role.id !== me.binding_id && role.status === "active");
  const become = async (id: number) => {
    await switchRole(id);
    replace("home");
  };
  return (
    <View className="tz-stack">
      {others.map((role) => (
        <Button key={role.id} id={`role-${role.id}`} onPress={() => become(role.id)}>
          换成{ROLES[role.role] ?? role.role}{role.dealer_name ? ` · ${role.dealer_name}` : ""}
        </Button>
      ))}
    </View>
  );
}
