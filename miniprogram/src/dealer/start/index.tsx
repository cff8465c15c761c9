import { View } from "@tarojs/components";
import { useState } from "react";

import type { Schemas } from "@/api";
import { api, askForMessages, Frame, go, HomeBar, useRead } from "@/shell";
import { DECLINES, OFFERS, ZONES } from "@/made/words";
import { Button, Card, Countdown, Failed, Icon, Loading, metres, Sheet, Tag, tell, Time, yuan } from "@/parts";

/** What waits for the dealer's word: offers first, they run out; then jobs that nobody has arranged yet. */
export default function DealerHome() {
  return (
    <Frame bar={<HomeBar />}>
      {() => (
        <View>
          <Offers />
          <ToArrange />
          <Button id="to-jobs" onPress={() => go("dealerJobs")}>全部工单</Button>
        </View>
      )}
    </Frame>
  );
}

type Offer = Schemas["OfferCard"];
type Reason = Schemas["JobDeclineBody"]["reason"];

function Offers() {
  const { data, failed, again } = useRead("/api/v1/offers", { query: { status: "open" } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  return (
    <View>
      <View className="tz-title">{data.items.length ? `${data.items.length} 单等您接` : "没有等您接的单"}</View>
      {data.items.map((offer) => <OfferCard key={offer.id} offer={offer} again={again} />)}
    </View>
  );
}

function OfferCard({ offer, again }: { offer: Offer; again: () => Promise<void> }) {
  const [declining, setDeclining] = useState(false);
  const path = { offer_id: offer.id };
  const accept = async () => {
    await askForMessages();
    await api.post("/api/v1/offers/{offer_id}/accept", { path, body: {} });
    tell.done("已接单，请指派师傅并约时间");
    go("dealerJob", { id: offer.job_id });
  };
  const decline = async (reason: string) => {
    await api.post("/api/v1/offers/{offer_id}/decline", { path, body: { reason: reason as Reason } });
    setDeclining(false);
    await again();
  };
  const open = offer.status === "open";
  return (
    <Card kind="next" title={`${offer.product_name}${offer.units > 1 ? ` × ${offer.units}` : ""}`} aside={open ? <Tag kind="warn">剩 <Countdown until={offer.expires_at} /></Tag> : <Tag>{OFFERS[offer.status]}</Tag>}>
      <View><Icon name="pin" />{offer.division_name ?? "地址待核实"} · {ZONES[offer.zone] ?? offer.zone}{offer.distance_m === null ? "" : ` · ${metres(offer.distance_m)}`}</View>
      {offer.earliest && <View className="tz-quiet">最早可约 <Time at={offer.earliest} /></View>}
      {offer.fee_fen !== null && <View className="tz-strong">{yuan(offer.fee_fen)}</View>}
      {offer.fee_text && <View className="tz-quiet">{offer.fee_text}</View>}
      {offer.note && <View className="tz-note">{offer.note}</View>}
      {offer.reasons.length > 0 && <View className="tz-quiet">为什么派给您：{offer.reasons.join("；")}</View>}
      {offer.capacity_left !== null && <View className="tz-quiet">当天还能约 {offer.capacity_left} 台</View>}
      <View className="tz-pair">
        <Button id={`decline-${offer.id}`} onPress={() => setDeclining(true)}>不接</Button>
        <Button kind="main" id={`accept-${offer.id}`} onPress={accept}>接单</Button>
      </View>
      <Sheet title="为什么不接？" open={declining} onClose={() => setDeclining(false)} ways={<Button kind="plain" onPress={() => setDeclining(false)}>返回</Button>}>
        <View className="tz-stack">
          {Object.entries(DECLINES).map(([code, name]) => <Button key={code} id={`because-${code}`} onPress={() => decline(code)}>{name}</Button>)}
        </View>
      </Sheet>
    </Card>
  );
}

function ToArrange() {
  const { data } = useRead("/api/v1/jobs", { query: { status: "accepted", limit: 50 } });
  if (!data?.items.length) return null;
  return (
    <View>
      <View className="tz-heading">已接单，还没约好</View>
      {data.items.map((job) => (
        <Card key={job.id} id={`job-${job.id}`} title={job.product_name} aside={<Tag kind={job.installer_id ? "wait" : "warn"}>{job.installer_id ? "待预约" : "待指派"}</Tag>} onPress={() => go("dealerJob", { id: job.id })}>
          <View className="tz-quiet">{job.place}</View>
        </Card>
      ))}
    </View>
  );
}
