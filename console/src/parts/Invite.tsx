import { Form, Modal, QRCode, Typography } from "antd";
import { useState } from "react";

import { http, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { ROLES } from "@/app/words";
import { DealerPick } from "./dealers";
import { Deed } from "./Deed";
import { ChoiceField, TextField } from "./fields";

type Invitation = Schemas["InvitationBody"];
type Post = Invitation["role"];

const OF_DEALERS: readonly Post[] = ["installer", "dispatcher", "dealer_owner"];

/** An invitation names a post and a phone; its code is shown once. */
export function Invite({ posts }: { posts: readonly Post[] }) {
  const { dealer_id } = useMe();
  const [code, setCode] = useState<string>();
  const send = async (told: Invitation, once: object) => {
    const { data } = await http.POST("/api/v1/invitations", { params: { header: { ...once } }, body: { dealer_id, ...told } });
    setCode(data?.code);
  };
  return (
    <>
      <Deed<Invitation> type="primary" label="邀请" title="邀请同事" initial={{ role: posts[0] }} send={send}>
        <ChoiceField name="role" label="岗位" options={posts.map((value) => ({ value, label: ROLES[value]! }))} />
        {dealer_id == null && <AtDealer />}
        <TextField name="phone" label="手机号" help="本人须用这个手机号验证" />
      </Deed>
      <Modal open={code !== undefined} title="邀请码" footer={null} onCancel={() => setCode(undefined)}>
        <p>请把邀请码告诉本人，在小程序里填写或扫描。关闭后不再显示。</p>
        <Typography.Text copyable strong style={{ fontSize: 18 }}>
          {code}
        </Typography.Text>
        {code && <QRCode value={code} style={{ marginTop: 12 }} />}
      </Modal>
    </>
  );
}

/** The brand says which dealer, where the post is a dealer's. */
function AtDealer() {
  const role = Form.useWatch<Post>("role");
  if (!OF_DEALERS.includes(role)) return null;
  return (
    <Form.Item name="dealer_id" label="网点" rules={[{ required: true, message: "请选择网点" }]}>
      <DealerPick />
    </Form.Item>
  );
}
