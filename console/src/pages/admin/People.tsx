import { Card, Select, Space } from "antd";

import { api, http, type Query, type Schemas } from "@/api/client";
import { BINDINGS, options } from "@/app/words";
import { DealerName, DealerPick } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Invite } from "@/parts/Invite";
import { Lines, PAGED } from "@/parts/Lines";
import { INVITATIONS, MEMBERS } from "@/parts/members";

const AT = { title: "网点", dataIndex: "dealer_id", render: (id: number | null) => (id == null ? "品牌" : <DealerName id={id} />) };

const POSTS = ["agent", "auditor", "finance", "admin", "dealer_owner", "dispatcher", "installer"] as const;

/** Everybody who works with the product: who waits for a yes, who was invited, who changes telephones. */
export default function People() {
  const [filters, set] = useFilters("dealer_id", "status");
  const query = { ...filters, dealer_id: number(filters.dealer_id), limit: 50 } as Query<"/api/v1/people">;
  const people = api.useInfiniteQuery("get", "/api/v1/people", { params: { query } }, PAGED);
  const invited = api.useInfiniteQuery("get", "/api/v1/invitations", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <div className="page">
      <h1>人员与邀请</h1>
      <Rebindings />
      <Card size="small" title="岗位" style={{ marginBottom: 16 }} extra={<Invite posts={POSTS} />}>
        <div className="filters">
          <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
          <Select allowClear placeholder="状态" aria-label="状态" style={{ width: 130 }} options={options(BINDINGS)} value={filters.status} onChange={(value) => set("status", value)} />
        </div>
        <Lines asked={people} columns={[MEMBERS[0]!, AT, ...MEMBERS.slice(1)]} rowKey={(member) => member.binding_id} empty="没有符合条件的人员" />
      </Card>
      <Card size="small" title="邀请">
        <Lines asked={invited} columns={[INVITATIONS[0]!, AT, ...INVITATIONS.slice(1)]} rowKey={(one) => one.id} empty="没有发出过邀请" />
      </Card>
    </div>
  );
}

type Asked = Schemas["Asked"];

const ASKED = [
  { title: "姓名", dataIndex: "name" },
  { title: "手机", dataIndex: "phone", className: "numbers" },
  { title: "申请时间", dataIndex: "created_at", render: time },
  { title: "", render: (_: unknown, one: Asked) => <Answer asked={one} /> },
];

/** Those who want in with another WeChat account; shown while somebody waits. */
function Rebindings() {
  const asked = api.useInfiniteQuery("get", "/api/v1/rebindings", { params: { query: { limit: 50 } } }, PAGED);
  if (asked.data && asked.data.pages.every((page) => page.items.length === 0)) return null;
  return (
    <Card size="small" title="待处理的微信换绑" style={{ marginBottom: 16 }}>
      <Lines asked={asked} columns={ASKED} rowKey={(one) => one.id} empty="没有换绑申请" />
    </Card>
  );
}

function Answer({ asked }: { asked: Asked }) {
  const path = { request_id: asked.id };
  return (
    <Space>
      <Deed size="small" label="同意换绑" title={`同意换绑：${asked.name}`} send={(_, once) => http.POST("/api/v1/rebindings/{request_id}/approve", { params: { path, header: { ...once } } })}>
        请先打电话核实是本人。同意后原微信立即退出。
      </Deed>
      <Deed size="small" danger label="拒绝换绑" title={`拒绝换绑：${asked.name}`} send={(_, once) => http.POST("/api/v1/rebindings/{request_id}/refuse", { params: { path, header: { ...once } } })}>
        原微信不变。
      </Deed>
    </Space>
  );
}
