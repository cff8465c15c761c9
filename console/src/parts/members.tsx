import { Space, Tag } from "antd";

import { http, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { BINDINGS, ROLES, type Words, word } from "@/app/words";
import { Deed } from "./Deed";
import { time } from "./format";
import { SessionsOf } from "./sessions";

type Member = Schemas["Member"];
type Invitation = Schemas["OpenInvitation"];

const COLOURS: Words = { active: "green", pending: "gold", suspended: "red", ended: "default" };

/** Who holds a post and what may follow. */
export const MEMBERS = [
  { title: "姓名", dataIndex: "name" },
  { title: "岗位", dataIndex: "role", render: (role: string) => word(ROLES, role) },
  { title: "手机", dataIndex: "phone", className: "numbers" },
  { title: "状态", dataIndex: "status", render: (status: string) => <Tag color={COLOURS[status]}>{word(BINDINGS, status)}</Tag> },
  { title: "加入", dataIndex: "created_at", render: time },
  { title: "", render: (_: unknown, member: Member) => <Deeds member={member} /> },
];

/** Who was invited and whether they came. */
export const INVITATIONS = [
  { title: "岗位", dataIndex: "role", render: (role: string) => word(ROLES, role) },
  { title: "发出", dataIndex: "issued_at", render: time },
  { title: "有效至", dataIndex: "expires_at", render: time },
  { title: "状态", render: (_: unknown, one: Invitation) => (one.used_at ? `${time(one.used_at)} 已使用` : one.revoked_at ? "已撤回" : <Tag color="gold">待使用</Tag>) },
  { title: "", render: (_: unknown, one: Invitation) => !one.used_at && !one.revoked_at && <Revoke invitation={one} /> },
];

/** What may follow from where a post stands, as the API has it. */
const NEXT: Readonly<Record<string, readonly Deed[]>> = {
  pending: ["approve", "end"],
  active: ["suspend", "end"],
  suspended: ["approve", "end"],
};
type Deed = "approve" | "suspend" | "end";
const LABELS: Record<Deed, string> = { approve: "批准", suspend: "停用", end: "办理离岗" };
const TELLS: Record<Deed, string> = {
  approve: "可以登录并做这个岗位的事。",
  suspend: "立即不能登录，未完成的工单请改派给他人。",
  end: "离岗后不能恢复；再来时须重新邀请。",
};

function Deeds({ member }: { member: Member }) {
  const me = useMe();
  if (member.person_id === me.person_id) return <span className="quiet">本人</span>;
  const path = { person_id: member.person_id, binding_id: member.binding_id };
  return (
    <Space>
      {member.status !== "ended" && <SessionsOf person={member.person_id} name={member.name} />}
      {(NEXT[member.status] ?? []).map((deed) => (
        <Deed
          key={deed}
          size="small"
          danger={deed === "end"}
          label={LABELS[deed]}
          title={`${LABELS[deed]}：${member.name}`}
          send={(_, once) => http.POST(`/api/v1/people/{person_id}/bindings/{binding_id}/${deed}`, { params: { path, header: { ...once } } })}
        >
          {TELLS[deed]}
        </Deed>
      ))}
    </Space>
  );
}

const Revoke = ({ invitation }: { invitation: Invitation }) => (
  <Deed size="small" label="撤回邀请" send={(_, once) => http.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id: invitation.id }, header: { ...once } } })}>
    邀请码立即失效。
  </Deed>
);
