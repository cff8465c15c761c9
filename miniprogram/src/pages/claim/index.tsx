import { View } from "@tarojs/components";
import { useEffect, useState } from "react";

import { consent, enter, Frame, look, replace, api } from "@/shell";
import { Button, Card, Field, tell } from "@/parts";
import { platform } from "@/platform";

import { invitationIn } from "./scene";

/** The ways in that are no message's link: a QR code's scene, an invitation, an order's number. */
export default function Claim() {
  return (
    <Frame open>
      <Ways />
    </Frame>
  );
}

function Ways() {
  const [code, setCode] = useState("");
  const [number, setNumber] = useState("");
  const [last4, setLast4] = useState("");
  useEffect(() => {
    void platform.scene().then((scene) => (scene ? arrive(scene, setCode) : undefined));
  }, []);

  const find = async () => {
    const found = await api.post("/api/v1/sessions/claim", { body: { order_number: number.trim(), phone_last4: last4 } });
    await enter(found);
    replace("home");
  };
  const join = async (phone?: string) => {
    const { items } = await api.get("/api/v1/consents");
    const version = items.find((one) => one.purpose === "phone")?.version as never;
    const body = { invitation: code.trim(), ...(phone ? { phone_code: phone, consent_version: version } : {}) };
    const bound = await api.post("/api/v1/me/bindings", { body });
    if (bound.status !== "active") return tell.done(bound.reason || "已提交，等待批准");
    await look();
    replace("home");
  };
  return (
    <View>
      <Card title="我买了东西，想看安装进度">
        <Field id="order-number" label="订单号" value={number} onChange={setNumber} most={64} />
        <Field id="phone-last4" label="下单手机号后四位" kind="number" value={last4} onChange={setLast4} most={4} />
        <Button kind="main" id="find" off={!number.trim() || last4.length !== 4} onPress={find}>查询</Button>
      </Card>
      <Card title="我收到了邀请">
        <Field id="invitation" label="邀请码" value={code} onChange={setCode} most={100} hint="扫码后会自动填好" />
        {platform.kind === "weapp" ? <ByPhone ready={Boolean(code.trim())} join={join} /> : (
          <Button id="join" off={!code.trim()} onPress={() => join()}>加入</Button>
        )}
      </Card>
    </View>
  );
}

/** With the phone's number at once active; without it the dealer approves by hand. */
function ByPhone({ ready, join }: { ready: boolean; join: (phone?: string) => Promise<void> }) {
  const [agreed, setAgreed] = useState<boolean>();
  const ask = async () => setAgreed(await consent("phone"));
  if (agreed === undefined) return <Button kind="main" id="join" off={!ready} onPress={ask}>加入</Button>;
  return (
    <View>
      {agreed && (
        <Button kind="main" id="join-phone" openType="getPhoneNumber" onPhone={(phone) => void join(phone).catch(tell.failed)}>
          用微信手机号加入
        </Button>
      )}
      <Button id="join-plain" onPress={() => join()}>不提供手机号，等待批准</Button>
    </View>
  );
}

/** A scene is a job's link, good at once, or an invitation, filled in for the person to look at. */
async function arrive(scene: string, fill: (code: string) => void): Promise<void> {
  const invitation = invitationIn(scene);
  if (invitation) return fill(invitation);
  try {
    await enter(await api.post("/api/v1/sessions/link", { body: { token: scene } }));
    replace("home");
  } catch (error) {
    tell.failed(error);
  }
}
