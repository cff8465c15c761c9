import { View } from "@tarojs/components";

import type { JobPage, Schemas } from "@/api";
import { api, useRead, type Act } from "@/shell";
import { Button, Card, Tag, tell, yuan } from "@/parts";
import { platform } from "@/platform";

type Charge = Schemas["ChargeCard"];

/** What the installer wants to charge beyond the promise: each by itself, a no is as easy as a yes. */
export function Extras({ job, act }: { job: JobPage; act: Act }) {
  const { data, again } = useRead("/api/v1/jobs/{job_id}/charges", { path: { job_id: job.id } });
  if (!data?.charges.length) return null;
  const waits = data.charges.filter((one) => one.status === "proposed");
  const due = data.charges.filter((one) => one.status === "approved" && !one.settled && one.collected_by === "brand");
  const answer = async (action: string, charge: Charge) => {
    await act(action, { charge_id: charge.id });
    await again();
  };
  return (
    <View>
      <View className="tz-heading">{waits.length ? "师傅想另收这些，请您决定" : "另收的费用"}</View>
      {data.charges.map((charge) => (
        <Card key={charge.id} title={charge.name} aside={<Tag kind={charge.status === "proposed" ? "wait" : undefined}>{charge.settled ? "已付" : charge.status_name}</Tag>}>
          <View className="tz-strong">{charge.text}</View>
          {charge.shown ? <View className="tz-quiet">买之前已告诉过您这个价格</View> : <View className="tz-quiet">买之前没有告诉过您，您可以不同意</View>}
          {charge.told && <View>{charge.told}</View>}
          {charge.status === "proposed" && (
            <View className="tz-pair">
              <Button id={`refuse-${charge.id}`} onPress={() => answer("refuse_charge", charge)}>不同意</Button>
              <Button kind="main" id={`approve-${charge.id}`} onPress={() => answer("approve_charge", charge)}>同意 {yuan(charge.amount_fen)}</Button>
            </View>
          )}
        </Card>
      ))}
      {due.length > 0 && <Pay job={job} fen={due.reduce((sum, one) => sum + one.amount_fen, 0)} paid={again} />}
    </View>
  );
}

function Pay({ job, fen, paid }: { job: JobPage; fen: number; paid: () => Promise<void> }) {
  if (!platform.pay) return <View className="tz-note">请在微信小程序里付款：打开“妥装”，从通知进入这个安装单。</View>;
  const pay = async () => {
    const started = await api.post("/api/v1/jobs/{job_id}/payment", { path: { job_id: job.id } });
    if (await platform.pay?.(started.phone)) tell.done("已付款，到账后这里会显示");
    await paid();
  };
  return <Button kind="main" id="pay" onPress={pay}>微信支付 {yuan(fen)}</Button>;
}
