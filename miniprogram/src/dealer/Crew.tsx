import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { useRead } from "@/shell";
import { CERTIFICATES } from "@/made/words";
import { Card, Empty, Failed, Icon, Loading, Tag } from "@/parts";

import { standing } from "./needs";

export type Installer = Schemas["InstallerLine"];

/** The installers, who has a certificate about to run out on top. */
export function useInstallers(dealer: number) {
  const read = useRead("/api/v1/dealers/{dealer_id}/installers", { path: { dealer_id: dealer }, query: { limit: 100 } });
  return { ...read, data: read.data && [...read.data.items].sort((a, b) => ends(a).localeCompare(ends(b))) };
}

export function ends(one: Installer | undefined): string {
  return one?.certificates.map((held) => held.expires_on).sort()[0] ?? "9999";
}

/** For a dispatcher, who sees the installers and nobody else. */
export function Crew({ dealer }: { dealer: number }) {
  const { data, failed, again } = useInstallers(dealer);
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const working = data.filter((one) => one.status === "active");
  if (working.length === 0) return <Empty>还没有师傅，请网点负责人邀请</Empty>;
  return <View>{working.map((one) => <Card key={one.binding_id} title={one.name}><Can one={one} /></Card>)}</View>;
}

/** What an installer can install, and until when. */
export function Can({ one }: { one: Installer }) {
  const { data } = useRead("/api/v1/categories");
  const names = new Map(data?.items.map((category) => [category.code, category.name]));
  return (
    <View>
      <View>{one.skills.map((skill) => `${names.get(skill.category_code) ?? skill.category_code} ${skill.level} 级`).join("，") || "品牌还没有登记会装什么，派不了单"}</View>
      {one.certificates.map((held) => <Held key={held.kind} kind={held.kind} until={held.expires_on} />)}
    </View>
  );
}

function Held({ kind, until }: { kind: string; until: string }) {
  const now = standing(until, Date.now());
  return (
    <View className="tz-row">
      {CERTIFICATES[kind] ?? kind} {until} 到期
      {now === "over" && <Tag kind="bad"><Icon name="warn" />已过期，不能上门</Tag>}
      {now === "soon" && <Tag kind="warn">快到期，请换证后报给品牌</Tag>}
    </View>
  );
}
