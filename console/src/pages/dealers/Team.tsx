import { Card } from "antd";

import { api } from "@/api/client";
import { useMe } from "@/app/session";
import { Invite } from "@/parts/Invite";
import { Lines, PAGED } from "@/parts/Lines";
import { INVITATIONS, MEMBERS } from "@/parts/members";
import { Installers } from "./Installers";

/** The dealer's own people: who works here, who was invited, and who may do what. */
export default function Team() {
  const { dealer_id } = useMe();
  const people = api.useInfiniteQuery("get", "/api/v1/people", { params: { query: { limit: 100 } } }, PAGED);
  const invited = api.useInfiniteQuery("get", "/api/v1/invitations", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <div className="page">
      <h1>人员</h1>
      <Card size="small" title="岗位" style={{ marginBottom: 16 }} extra={<Invite posts={["installer", "dispatcher"]} />}>
        <Lines asked={people} columns={MEMBERS} rowKey={(member) => member.binding_id} empty="还没有人" />
      </Card>
      <Card size="small" title="邀请" style={{ marginBottom: 16 }}>
        <Lines asked={invited} columns={INVITATIONS} rowKey={(one) => one.id} empty="没有发出过邀请" />
      </Card>
      {dealer_id != null && <Installers dealer={dealer_id} />}
    </div>
  );
}
