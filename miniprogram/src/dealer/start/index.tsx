import { View } from "@tarojs/components";

import { Frame, go, useRead } from "@/shell";
import { Button, Card, Countdown, Empty, Failed, Loading } from "@/parts";

/** What waits for the dealer's word. The first draft. */
export default function DealerHome() {
  return <Frame bar={<Button id="to-me" onPress={() => go("me")}>我的</Button>}>{() => <Offers />}</Frame>;
}

function Offers() {
  const { data, failed, again } = useRead("/api/v1/offers");
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>没有待接的单</Empty>;
  return (
    <View>
      {data.items.map((offer) => (
        <Card key={offer.id} title={`工单 ${offer.job_id}`} aside={<Countdown until={offer.expires_at} />} />
      ))}
    </View>
  );
}
