import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage, Schemas } from "@/api";
import { api, useRead, type Act } from "@/shell";
import { Button, Card, Tag, tell, Time, yuan } from "@/parts";
import { platform } from "@/platform";

import { Fill } from "./Fill";
import { Fold } from "./Fold";
import { Pictures, type Picture } from "./Pictures";

type Charge = Schemas["ChargeCard"];
type Asking = { action: string; charge?: Charge };

interface Props {
  job: JobPage;
  act: Act;
  photos: readonly Picture[];
  sheet: Sheet;
}

type Sheet = ReturnType<typeof useCharges>;

export function useCharges(job: number) {
  return useRead("/api/v1/jobs/{job_id}/charges", { path: { job_id: job } });
}

const why = (charge: Charge, photos: readonly Picture[]) => <Pictures photos={photos.filter((one) => one.id === charge.photo_id)} />;

/** What the installer wants to charge beyond the promise: each by itself, a no is as easy as a yes. Then what is to be paid. */
export function Extras({ job, act, photos, sheet: { data, again } }: Props) {
  if (!data) return null;
  const waits = data.charges.filter((one) => one.status === "proposed");
  const due = data.charges.filter((one) => one.status === "approved" && !one.settled && one.collected_by === "brand");
  return (
    <View>
      {waits.length > 0 && <View className="tz-heading">师傅想另收 {waits.length} 项，请您逐项决定</View>}
      {waits.map((charge, at) => (
        <Card key={charge.id} title={charge.name} aside={<View className="tz-sum">{yuan(charge.amount_fen)}</View>} kind={at === 0 ? "next" : undefined}>
          <View>{charge.text}</View>
          <View className="tz-quiet">{charge.shown ? "买之前已告诉过您这个价格。" : "买之前没有告诉过您，您可以不同意。"}{TAKEN[charge.collected_by]}</View>
          {why(charge, photos)}
          {charge.answer_by && <View className="tz-quiet">请在 <Time at={charge.answer_by} /> 前决定；不答复就是不同意，师傅不做也不收。</View>}
          <View className="tz-pair">
            <Button id={`refuse-${charge.id}`} onPress={() => act("refuse_charge", { charge_id: charge.id })}>不同意</Button>
            <Button kind="main" id={`approve-${charge.id}`} onPress={() => act("approve_charge", { charge_id: charge.id })}>同意 {yuan(charge.amount_fen)}</Button>
          </View>
        </Card>
      ))}
      {due.length > 0 && <Pay job={job} fen={due.reduce((sum, one) => sum + one.amount_fen, 0)} paid={again} />}
    </View>
  );
}

/** What became of each extra and of the way, and a word against it. */
export function Charges({ job, act, photos, sheet: { data } }: Props) {
  const [asking, setAsking] = useState<Asking>();
  const { data: way } = useRead(job.dealer_id ? "/api/v1/jobs/{job_id}/remote-fee" : null, { path: { job_id: job.id } });
  const past = data?.charges.filter((one) => one.status !== "proposed") ?? [];
  const paid = way && way.payer !== "nobody" ? way : undefined;
  const agreed = data?.agreed_fen ?? 0;
  if (!past.length && !paid) return null;
  return (
    <View>
      <Fold id="fold-charges" title={past.length ? "另收的费用" : "路费怎么算"} aside={agreed > 0 && <View>{yuan(agreed)}</View>}>
        {past.map((charge) => (
          <View key={charge.id} className="tz-part">
            <View className="tz-row"><View className="tz-line__text">{charge.name} {yuan(charge.amount_fen)}</View><Tag>{charge.settled ? `${charge.status_name}，已付` : charge.status_name}</Tag></View>
            {charge.told && <View>{charge.told}</View>}
            {why(charge, photos)}
            {charge.available_actions.includes("dispute_charge") && <Button small id={`dispute-${charge.id}`} onPress={() => setAsking({ action: "dispute_charge", charge })}>对这项收费有异议</Button>}
          </View>
        ))}
        {paid && (
          <View className="tz-part">
            <View className="tz-strong">远程费</View>
            <View>{paid.text}</View>
            {paid.disputed && <View className="tz-quiet">您的异议客服正在处理。</View>}
            {paid.available_actions.includes("dispute_remote") && !paid.disputed && <Button small id="dispute-remote" onPress={() => setAsking({ action: "dispute_remote" })}>对远程费有异议</Button>}
          </View>
        )}
      </Fold>
      {asking && (
        <Fill
          action={asking.action}
          onClose={() => setAsking(undefined)}
          send={(body) => act(asking.action, { ...body, ...(asking.charge ? { charge_id: asking.charge.id } : {}) })}
        />
      )}
    </View>
  );
}

const TAKEN: Readonly<Record<string, string>> = {
  brand: "同意后在微信里付给品牌，不用给师傅钱。",
  dealer: "同意后由师傅当面收。",
  installer: "同意后由师傅当面收。",
};

/** WeChat alone can take the money: in a browser the customer is told the way there. */
function Pay({ job, fen, paid }: { job: JobPage; fen: number; paid: () => Promise<void> }) {
  if (!platform.pay) {
    return (
      <Card title={`还要付 ${yuan(fen)}`} kind="next">
        <View>浏览器里不能付款，请这样付：</View>
        <View>1. 打开微信，在最上面搜索“妥装”小程序。</View>
        <View>2. 用下单的手机号登录，点这个安装单。</View>
        <View>3. 点“微信支付”。请不要把这笔钱转给个人。</View>
      </Card>
    );
  }
  const pay = async () => {
    const started = await api.post("/api/v1/jobs/{job_id}/payment", { path: { job_id: job.id } });
    if (await platform.pay?.(started.phone)) tell.done("已付款，到账后这里会显示");
    await paid();
  };
  return <Button kind="main" id="pay" onPress={pay}>微信支付 {yuan(fen)}</Button>;
}
