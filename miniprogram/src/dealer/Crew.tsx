import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { useRead } from "@/shell";
import { CERTIFICATES } from "@/made/words";
import { Card, Empty, Failed, Icon, Loading, Tag } from "@/parts";

import { standing } from "./needs";

type Installer = Schemas["InstallerLine"];

/** Installers at work, who has a certificate about to run out on top. */
export function Crew({ dealer }: { dealer: number }) {
  const { data, failed, again } = useRead("/api/v1/dealers/{dealer_id}/installers", { path: { dealer_id: dealer }, query: { limit: 100 } });
  const { data: categories } = useRead("/api/v1/categories");
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const names = new Map(categories?.items.map((one) => [one.code, one.name]));
  const working = data.items.filter((one) => one.status === "active").sort((a, b) => ends(a).localeCompare(ends(b)));
  return (
    <View>
      <View className="tz-heading">会装什么，证书到哪天</View>
      {working.length === 0 && <Empty>还没有师傅，请先邀请</Empty>}
      {working.map((one) => (
        <Card key={one.binding_id} title={one.name}>
          <View>{one.skills.map((skill) => `${names.get(skill.category_code) ?? skill.category_code} ${skill.level} 级`).join("，") || "品牌还没有登记会装什么，派不了单"}</View>
          {one.certificates.map((held) => <Held key={held.kind} kind={held.kind} until={held.expires_on} />)}
        </Card>
      ))}
    </View>
  );
}

function ends(one: Installer): string {
  return one.certificates.map((held) => held.expires_on).sort()[0] ?? "9999";
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
