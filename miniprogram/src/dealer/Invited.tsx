import { View } from "@tarojs/components";

import { api, useRead } from "@/shell";
import { ROLES } from "@/made/words";
import { Card, dayOf, tell } from "@/parts";

import { Sure } from "./Sure";

/** Invitations that nobody has taken yet. */
export function Invited() {
  const { data, again } = useRead("/api/v1/invitations", { query: { limit: 50 } });
  const open = (data?.items ?? []).filter((one) => !one.used_at && !one.revoked_at && Date.parse(one.expires_at) > Date.now());
  if (open.length === 0) return null;
  const revoke = async (id: number) => {
    await api.delete("/api/v1/invitations/{invitation_id}", { path: { invitation_id: id } });
    tell.done("已撤回");
    await again();
  };
  return (
    <View>
      <View className="tz-heading">已邀请，还没来</View>
      {open.map((one) => (
        <Card key={one.id} title={ROLES[one.role] ?? one.role}>
          <View className="tz-quiet">{dayOf(one.issued_at, Date.now())} 发出，{dayOf(one.expires_at, Date.now())} 前有效</View>
          <Sure id={`revoke-${one.id}`} name="撤回邀请" kind="bad" send={() => revoke(one.id)}>邀请码马上失效。</Sure>
        </Card>
      ))}
    </View>
  );
}
