import { Button, Modal, Table, Tag } from "antd";
import { type ReactNode, useState } from "react";

import { api, http, type Schemas } from "@/api/client";
import { ROLES, SESSIONS, word } from "@/app/words";
import { Deed } from "./Deed";
import { time } from "./format";
import { Loaded } from "./Loaded";

type Session = Schemas["LivingSession"];

/** Where somebody is signed in, each with what may be done about it. */
export const SessionTable = ({ sessions, deed }: { sessions: readonly Session[]; deed: (session: Session) => ReactNode }) => (
  <Table<Session>
    size="small"
    pagination={false}
    rowKey="id"
    dataSource={[...sessions]}
    locale={{ emptyText: "没有登录" }}
    columns={[
      { title: "设备", dataIndex: "kind", render: (kind: string, session) => <>{word(SESSIONS, kind)} {session.current && <Tag color="green">本次</Tag>}</> },
      { title: "岗位", dataIndex: "role", render: (role: string) => word(ROLES, role) },
      { title: "登录", dataIndex: "created_at", render: time, className: "numbers" },
      { title: "最近使用", dataIndex: "last_seen", render: time, className: "numbers" },
      { title: "", key: "deed", render: (_, session) => deed(session) },
    ]}
  />
);

/** Behind a button: the sessions of somebody whom one manages, e.g. of a lost phone. */
export function SessionsOf({ person, name }: { person: number; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        登录设备
      </Button>
      <Modal open={open} title={`登录设备：${name}`} width={720} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <Theirs person={person} />
      </Modal>
    </>
  );
}

function Theirs({ person }: { person: number }) {
  const asked = api.useQuery("get", "/api/v1/people/{person_id}/sessions", { params: { path: { person_id: person } } });
  const end = ({ id }: Session) => (
    <Deed
      size="small"
      danger
      label="下线"
      send={(_, once) => http.DELETE("/api/v1/people/{person_id}/sessions/{person_session_id}", { params: { path: { person_id: person, person_session_id: id }, header: { ...once } } })}
    >
      这台设备立即退出，须重新登录；会记录在案。
    </Deed>
  );
  return <Loaded asked={asked}>{({ items }) => <SessionTable sessions={items} deed={end} />}</Loaded>;
}
