import { View } from "@tarojs/components";
import { useState } from "react";

import type { Schemas } from "@/api";
import { api, askForMessages, go } from "@/shell";
import { DECLINES, KINDS, ZONES } from "@/made/words";
import { Button, Card, Countdown, dayOf, Icon, metres, Sheet, Tag, tell, yuan } from "@/parts";

import { full, type Offer } from "./offers";

type Reason = Schemas["JobDeclineBody"]["reason"];

export async function accept(offer: Offer): Promise<void> {
  const body = full(offer) ? { beyond_capacity: true } : {};
  await api.post("/api/v1/offers/{offer_id}/accept", { path: { offer_id: offer.id }, body });
}

/** One offer with all that a yes or a no depends on. */
export function OfferCard({ offer, again }: { offer: Offer; again: () => Promise<void> }) {
  const take = async () => {
    await askForMessages();
    try {
      await accept(offer);
    } catch (error) {
      await again(); // somebody else was first, or it ran out
      throw error;
    }
    tell.done("已接单，请安排师傅和时间");
    go("dealerJob", { id: offer.job_id });
  };
  return (
    <Card
      kind="next"
      title={`${offer.product_name}${offer.units > 1 ? ` × ${offer.units}` : ""}`}
      aside={<Tag kind="warn">剩 <Countdown until={offer.expires_at} /></Tag>}
    >
      <View><Icon name="pin" />{offer.division_name ?? "地址待核实"} · {KINDS[offer.kind] ?? offer.kind}</View>
      <Pays offer={offer} />
      {full(offer) && <View className="tz-note tz-note--warn"><Icon name="warn" />30 天内已排满，接了要自己想办法腾出时间</View>}
      {offer.earliest && <View>最早 {dayOf(`${offer.earliest}T04:00:00Z`, Date.now())} 有空{offer.capacity_left === null ? "" : `，30 天内还能接 ${offer.capacity_left} 台`}</View>}
      {offer.note && <View className="tz-note">客服留言：{offer.note}</View>}
      {offer.reasons.length > 0 && <View className="tz-quiet">为什么派给您：{offer.reasons.join("；")}</View>}
      <View className="tz-pair">
        <Decline offer={offer} again={again} />
        <Button kind="main" id={`accept-${offer.id}`} onPress={take}>{full(offer) ? "排满也接" : "接单"}</Button>
      </View>
    </Card>
  );
}

/** What coming pays, and by which reckoning. */
function Pays({ offer: { fee_fen, fee_text, agreed_fen, zone, distance_m } }: { offer: Offer }) {
  const far = distance_m === null ? "" : ` · 离网点 ${metres(distance_m)}`;
  return (
    <View className="tz-note">
      <View className="tz-sum">{fee_fen === null ? "费用待定" : yuan(fee_fen)}</View>
      <View>{fee_text}</View>
      {agreed_fen !== null && <View>远程费已谈定 {yuan(agreed_fen)}</View>}
      <View>{ZONES[zone] ?? zone}{far}</View>
    </View>
  );
}

function Decline({ offer, again }: { offer: Offer; again: () => Promise<void> }) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const decline = async (reason: string) => {
    await api.post("/api/v1/offers/{offer_id}/decline", { path: { offer_id: offer.id }, body: { reason: reason as Reason } });
    close();
    await again();
  };
  return (
    <>
      <Button id={`decline-${offer.id}`} onPress={() => setOpen(true)}>不接</Button>
      <Sheet title="为什么不接？" open={open} onClose={close} ways={<Button kind="plain" onPress={close}>返回</Button>}>
        <View className="tz-stack">
          {Object.entries(DECLINES).map(([code, name]) => <Button key={code} id={`because-${code}`} onPress={() => decline(code)}>{name}</Button>)}
        </View>
      </Sheet>
    </>
  );
}
