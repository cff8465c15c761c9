import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Input } from "antd";

import { api, csrf, type Schemas } from "@/api/client";
import { Problem, said } from "@/api/problem";

/** Login and password; the one-time code only once the server asks for it. */
export function SignIn() {
  const queries = useQueryClient();
  const enter = api.useMutation("post", "/api/v1/sessions/password", {
    onSuccess: ({ csrf_token }) => {
      csrf.keep(csrf_token);
      void queries.resetQueries(); // of the one before nothing is shown
    },
  });
  const refused: unknown = enter.error;
  const otp = refused instanceof Problem && refused.code.startsWith("otp");
  return (
    <main className="sign-in">
      <Card title="妥装控制台">
        <Form layout="vertical" onFinish={(body: Schemas["PasswordBody"]) => enter.mutate({ body })}>
          <Form.Item name="login" label="账号" rules={[{ required: true, message: "请填写账号" }]}>
            <Input autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="password" label="密码" rules={[{ required: true, message: "请填写密码" }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          {otp && (
            <Form.Item name="otp" label="动态验证码" rules={[{ required: true, message: "请填写动态验证码" }]}>
              <Input autoComplete="one-time-code" inputMode="numeric" autoFocus />
            </Form.Item>
          )}
          {refused !== null && <Alert type="warning" showIcon title={said(refused)} style={{ marginBottom: 16 }} />}
          <Button type="primary" htmlType="submit" block loading={enter.isPending}>
            登录
          </Button>
        </Form>
      </Card>
    </main>
  );
}
