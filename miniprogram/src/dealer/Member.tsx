import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { api } from "@/shell";
import { BINDINGS, ROLES } from "@/made/words";
import { Card, Tag, tell } from "@/parts";

import { Can, type Installer } from "./Crew";
import { Sure } from "./Sure";

type One = Schemas["Member"];

const KINDS = { pending: "warn", active: "good", suspended: "bad" } as const;

/** A colleague and the owner's word about the post. */
export function Member({ one, again, installer }: { one: One; again: () => Promise<void>; installer?: Installer | undefined }) {
  const path = { person_id: one.person_id, binding_id: one.binding_id };
  const then = (said: string) => async () => {
    tell.done(said);
    await again();
  };
  const approve = () => api.post("/api/v1/people/{person_id}/bindings/{binding_id}/approve", { path }).then(then("已批准"));
  const suspend = () => api.post("/api/v1/people/{person_id}/bindings/{binding_id}/suspend", { path }).then(then("已停用"));
  const end = () => api.post("/api/v1/people/{person_id}/bindings/{binding_id}/end", { path }).then(then("已离岗"));
  const active = one.status === "active";
  return (
    <Card kind={one.status === "pending" ? "next" : undefined} title={one.name} aside={<Tag kind={KINDS[one.status as keyof typeof KINDS]}>{BINDINGS[one.status] ?? one.status}</Tag>}>
      <View className="tz-quiet">{ROLES[one.role] ?? one.role} · {one.phone}</View>
      {installer && <Can one={installer} />}
      <View className="tz-row">
        {active && <Sure small id={`suspend-${one.binding_id}`} name="停用" send={suspend} kind="bad">马上不能登录，已约好的工单退回待安排。之后可以恢复。</Sure>}
        {!active && <Sure small id={`end-${one.binding_id}`} name={one.status === "pending" ? "不批准" : "离岗"} kind="bad" send={end}>再来上班要重新邀请。</Sure>}
        {!active && <Sure small id={`approve-${one.binding_id}`} name={one.status === "pending" ? "批准" : "恢复"} kind="main" send={approve}>可以登录并接活。</Sure>}
      </View>
    </Card>
  );
}
