import { Button, Card, Form, Input, QRCode, Space, Tag, Typography } from "antd";
import { useMutation } from "@tanstack/react-query";

import { api, http, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { Loaded } from "@/parts/Loaded";
import { SessionTable } from "@/parts/sessions";
import { useTold } from "@/parts/told";

/** One's own name, password, second factor, and where one is signed in. */
export default function Account() {
  const me = useMe();
  return (
    <div className="page">
      <h1>我的账号</h1>
      <div className="columns">
        <Card size="small" title="姓名" extra={<Rename name={me.name} />}>
          {me.name ?? "未留姓名"} <span className="quiet numbers">{me.phone}</span>
        </Card>
        <Card size="small" title="控制台密码" extra={<Password />}>
          修改之后，本人在别处的控制台登录立即退出。
        </Card>
        <Card size="small" title={<>动态验证码 {me.second_factor ? <Tag color="green">已启用</Tag> : <Tag color="gold">未启用</Tag>}</>}>
          {me.second_factor ? <Disable /> : <Enable />}
        </Card>
      </div>
      <Mine />
    </div>
  );
}

const Rename = ({ name }: { name: string | null }) => (
  <Deed<{ name: string }> size="small" label="修改姓名" initial={{ name: name ?? undefined }} send={(body, once) => http.PATCH("/api/v1/me", { params: { header: { ...once } }, body })}>
    <TextField name="name" label="姓名" />
  </Deed>
);

interface Secret {
  login: string;
  password: string;
  again: string;
  current_password?: string;
}

const Password = () => (
  <Deed<Secret>
    size="small"
    label="修改密码"
    send={({ login, password, current_password }, once) => http.POST("/api/v1/me/password", { params: { header: { ...once } }, body: { login, password, current_password: current_password || null } })}
  >
    <Form.Item name="login" label="账号" rules={[{ required: true, message: "请填写账号" }]}>
      <Input autoComplete="username" maxLength={64} />
    </Form.Item>
    <Form.Item name="current_password" label="现在的密码" extra="第一次设置时不填">
      <Input.Password autoComplete="current-password" maxLength={128} />
    </Form.Item>
    <Form.Item name="password" label="新密码" rules={[{ required: true, message: "请填写新密码" }]}>
      <Input.Password autoComplete="new-password" maxLength={128} />
    </Form.Item>
    <Form.Item
      name="again"
      label="再输一次"
      dependencies={["password"]}
      rules={[({ getFieldValue }) => ({ validator: (_, value) => (value === getFieldValue("password") ? Promise.resolve() : Promise.reject(new Error("两次输入的不一样"))) })]}
    >
      <Input.Password autoComplete="new-password" maxLength={128} />
    </Form.Item>
  </Deed>
);

const Code = () => (
  <Form.Item name="code" label="动态验证码" rules={[{ required: true, message: "请填写六位验证码" }]}>
    <Input autoComplete="one-time-code" inputMode="numeric" maxLength={10} />
  </Form.Item>
);

/** A secret for the telephone's app; it counts from the first code on. */
function Enable() {
  const told = useTold("请用验证器扫描");
  const begin = useMutation({ mutationFn: async () => (await http.POST("/api/v1/me/totp")).data!, onError: told.onError });
  const secret: Schemas["Enrolment"] | undefined = begin.data;
  if (!secret)
    return (
      <Space orientation="vertical">
        登录时除密码外再输一个验证器里的六位数。
        <Button loading={begin.isPending} onClick={() => begin.mutate()}>
          开始绑定
        </Button>
      </Space>
    );
  return (
    <Space orientation="vertical">
      用验证器扫描，或手工输入密钥：
      <QRCode value={secret.uri} />
      <Typography.Text copyable>{secret.secret}</Typography.Text>
      <Deed<{ code: string }> type="primary" label="启用" title="启用动态验证码" send={(body, once) => http.POST("/api/v1/me/totp/confirm", { params: { header: { ...once } }, body })}>
        <Code />
      </Deed>
    </Space>
  );
}

const Disable = () => (
  <Deed<{ code: string }> danger label="停用" title="停用动态验证码" send={(body, once) => http.POST("/api/v1/me/totp/disable", { params: { header: { ...once } }, body })}>
    <Code />
  </Deed>
);

function Mine() {
  const asked = api.useQuery("get", "/api/v1/me/sessions");
  return (
    <Card size="small" title="登录设备">
      <Loaded asked={asked}>
        {({ items }) => (
          <SessionTable
            sessions={items}
            deed={(session) =>
              !session.current && (
                <Deed size="small" danger label="下线" send={(_, once) => http.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id: session.id }, header: { ...once } } })}>
                  这台设备立即退出，例如遗失的手机。
                </Deed>
              )
            }
          />
        )}
      </Loaded>
    </Card>
  );
}
