import { View } from "@tarojs/components";
import { useRouter } from "@tarojs/taro";

import type { Schemas } from "@/api";
import { api, Frame, useRead } from "@/shell";
import { Card, Failed, Loading, Tag, tell, Time } from "@/parts";

import { toSign } from "../agreements";
import { Sure } from "../Sure";

/** The whole text, to be read on a phone, and signed below it. */
export default function Agreement() {
  const version = Number(useRouter().params.version);
  return <Frame>{() => <One version={version} />}</Frame>;
}

function One({ version }: { version: number }) {
  const { data, failed, again } = useRead("/api/v1/alliance/agreements", { query: { limit: 10 } });
  const { data: outlook } = useRead("/api/v1/alliance/outlook");
  const shown = data?.items.find((one) => one.version === version);
  if (!data || !outlook) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (!shown) return <Failed why="没有这一版协议" again={again} />;
  return (
    <View>
      <View className="tz-title">联盟协议第 {shown.version} 版</View>
      <View className="tz-quiet">{shown.effective_from} 起生效</View>
      <View className="tz-paper">{shown.text.split(/\n+/).map((paragraph, at) => <View key={at} className="tz-paragraph">{paragraph}</View>)}</View>
      {shown.signed_at && <Card title="已签署" aside={<Tag kind="good"><Time at={shown.signed_at} /></Tag>} />}
      {toSign(data.items, outlook.member, Date.now())?.version === version && <Sign agreement={shown} again={again} />}
    </View>
  );
}

function Sign({ agreement, again }: { agreement: Schemas["AgreementCard"]; again: () => Promise<void> }) {
  const sign = async () => {
    await api.post("/api/v1/alliance/agreements/{version}/sign", { path: { version: agreement.version }, body: { sha256: agreement.sha256 } });
    tell.done("已签署");
    await again();
  };
  return <Sure id="sign" name="我读完了，签署" kind="main" yes="代表本网点签署" send={sign}>签的就是上面的全文，时间和原文会一起留存。</Sure>;
}
