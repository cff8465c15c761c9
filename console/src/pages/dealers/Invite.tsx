import { Modal, Typography } from "antd";
import { useState } from "react";

import { http } from "@/api/client";
import { useMe } from "@/app/session";
import { ROLES } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { ChoiceField, TextField } from "@/parts/fields";

type Post = "installer" | "dispatcher";

const POSTS = (["installer", "dispatcher"] as const).map((value) => ({ value, label: ROLES[value]! }));

/** An invitation names a post and a phone; its code is shown once. */
export function Invite() {
  const { dealer_id } = useMe();
  const [code, setCode] = useState<string>();
  const send = async ({ role, phone }: { role: Post; phone: string }, once: object) => {
    const { data } = await http.POST("/api/v1/invitations", { params: { header: { ...once } }, body: { role, phone, dealer_id } });
    setCode(data?.code);
  };
  return (
    <>
      <Deed<{ role: Post; phone: string }> type="primary" label="邀请" title="邀请同事" initial={{ role: "installer" }} send={send}>
        <ChoiceField name="role" label="岗位" options={POSTS} />
        <TextField name="phone" label="手机号" help="本人须用这个手机号验证" />
      </Deed>
      <Modal open={code !== undefined} title="邀请码" footer={null} onCancel={() => setCode(undefined)}>
        <p>请把邀请码告诉本人，在小程序里填写。关闭后不再显示。</p>
        <Typography.Text copyable strong style={{ fontSize: 18 }}>
          {code}
        </Typography.Text>
      </Modal>
    </>
  );
}
