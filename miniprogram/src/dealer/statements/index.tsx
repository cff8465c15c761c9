import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { Frame, go, useRead } from "@/shell";
import { Button, Card, Countdown, Empty, Failed, Loading, Tag, tell, yuan } from "@/parts";
import { platform } from "@/platform";

import { isOver, monthName } from "../months";

type Statement = Schemas["StatementCard"];

const KINDS: Readonly<Record<string, "warn" | "bad" | "good" | "wait">> = { draft: "warn", contested: "bad", paid: "good", closed: "good" };

/** Month after month: what comes of it and where it stands. */
export default function Statements() {
  return (
    <Frame>
      {() => (
        <View>
          <Transfers />
          <Months />
        </View>
      )}
    </Frame>
  );
}

function Months() {
  const { data, failed, again } = useRead("/api/v1/statements", { query: { limit: 24 } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>还没有结算单。每月初会生成上个月的。</Empty>;
  return <View>{data.items.map((one) => <Month key={one.id} one={one} />)}</View>;
}

function Month({ one }: { one: Statement }) {
  const waits = one.available_actions.includes("confirm") && isOver(one.month, Date.now());
  return (
    <Card id={`statement-${one.id}`} kind={waits ? "next" : undefined} title={monthName(one.month)} aside={<Tag kind={KINDS[one.status] ?? "wait"}>{one.status_name}</Tag>} onPress={() => go("dealerStatement", { id: one.id })}>
      <View className="tz-sum">{yuan(one.payout_fen)}</View>
      {one.carried_out_fen < 0 && <View>欠 {yuan(-one.carried_out_fen)}，转到下个月扣</View>}
      {one.contested_fen !== 0 && <View>另有 {yuan(one.contested_fen)} 有异议，未计入</View>}
      {waits && <View>还剩 <Countdown until={one.answer_by} />，不说话就算确认</View>}
    </Card>
  );
}

/** Money that WeChat holds until the owner takes it. */
function Transfers() {
  const { data, again } = useRead("/api/v1/transfers");
  const take = async (one: Schemas["TransferWaiting"]) => {
    if (!platform.take) return tell.failed("请在微信小程序里打开这一页收款");
    if (await platform.take(one)) tell.done("已收款");
    await again();
  };
  return (
    <>
      {data?.transfers.map((one) => (
        <Card key={one.number} kind="next" title="有一笔收款等您确认" aside={<View className="tz-sum">{yuan(one.amount_fen)}</View>}>
          <View>{one.words}</View>
          <Button kind="main" id={`take-${one.number}`} onPress={() => take(one)}>确认收款</Button>
        </Card>
      ))}
    </>
  );
}
