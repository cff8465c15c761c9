import { Card, Tag } from "antd";
import type { ReactNode } from "react";

import { api, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { BINDINGS, CERTIFICATES, word } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { Lines, PAGED } from "@/parts/Lines";

type Installer = Schemas["InstallerLine"];

/** Who of the dealer can install what, and until when with which certificate. */
export function Installers({ dealer, deed }: { dealer: number; deed?: (installer: Installer) => ReactNode }) {
  const categories = useCategories();
  const asked = api.useInfiniteQuery("get", "/api/v1/dealers/{dealer_id}/installers", { params: { path: { dealer_id: dealer }, query: { limit: 50 } } }, PAGED);
  const columns = [
    { title: "师傅", dataIndex: "name" },
    { title: "状态", dataIndex: "status", render: (status: string) => word(BINDINGS, status) },
    {
      title: "会装（等级）",
      dataIndex: "skills",
      render: (skills: Installer["skills"]) => <div className="words">{skills.map((one) => `${word(categories, one.category_code)} ${one.level} 级`).join("，")}</div>,
    },
    {
      title: "证书",
      dataIndex: "certificates",
      render: (held: Installer["certificates"]) =>
        held.map((one) => (
          <Tag key={one.kind}>
            {word(CERTIFICATES, one.kind)} 至 {one.expires_on}
          </Tag>
        )),
    },
    ...(deed ? [{ title: "", render: (_: unknown, one: Installer) => deed(one) }] : []),
  ];
  return (
    <Card size="small" title="师傅的技能与证书">
      <Lines asked={asked} columns={columns} rowKey={(one) => one.binding_id} empty="还没有师傅" />
    </Card>
  );
}

/** For a dispatcher, who sees the installers and nobody else. */
export default function Crew() {
  const { dealer_id } = useMe();
  return (
    <div className="page">
      <h1>师傅</h1>
      {dealer_id != null && <Installers dealer={dealer_id} />}
    </div>
  );
}
