import { View } from "@tarojs/components";

import { Frame, useRead } from "@/shell";
import { Button, Empty, Failed, Loading, tell } from "@/parts";

import { accept, OfferCard } from "../offer";
import { doors, full, type Offer } from "../offers";

/** What the dealer is asked to do; what lies at one door stands together. */
export default function Offers() {
  return <Frame>{() => <Open />}</Frame>;
}

function Open() {
  const { data, failed, again } = useRead("/api/v1/offers", { query: { status: "open", limit: 100 } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>没有等您接的单。有新派单时会通知您。</Empty>;
  const all = async (offers: readonly Offer[]) => {
    try {
      for (const offer of offers) await accept(offer);
      tell.done(`${offers.length} 单都接下了，请安排师傅和时间`);
    } finally {
      await again(); // some may have been taken before one was refused
    }
  };
  return (
    <View>
      <View className="tz-title">{data.items.length} 单等您接</View>
      {doors(data.items).map((offers, at) => (
        <View key={at} className={offers.length > 1 ? "tz-door" : ""}>
          {offers.length > 1 && <View className="tz-heading">同一地址 {offers.length} 单，可以一次上门</View>}
          {offers.map((offer) => <OfferCard key={offer.id} offer={offer} again={again} />)}
          {offers.length > 1 && !offers.some(full) && (
            <Button kind="main" id={`accept-all-${at}`} onPress={() => all(offers)}>这 {offers.length} 单一起接</Button>
          )}
        </View>
      ))}
    </View>
  );
}
