import { View } from "@tarojs/components";

import type { Waiting } from "@/offline";
import { DeedCard, go, OtherRoles, PutAway, replace } from "@/shell";
import { Bar, Button } from "@/parts";

/** Given to somebody else, or withdrawn, perhaps while this phone heard nothing: what was done is still here. */
export function Gone({ waiting }: { waiting: readonly Waiting[] }) {
  return (
    <View>
      <View className="tz-title">这一单不在您名下了</View>
      <View className="tz-note tz-note--warn">多半是改派给了别人，不用再去。原因在通知里；到过门口的，请告诉网点，可以算空跑费。</View>
      <OtherRoles />
      {waiting.length > 0 && <View className="tz-heading">您做过的没有丢</View>}
      <PutAway waiting={waiting} />
      {waiting.map((one) => <DeedCard key={one.deed.id} one={one} here />)}
      <Bar>
        <Button id="gone-inbox" onPress={() => go("inbox")}>看通知</Button>
        <Button kind="main" id="gone-home" onPress={() => replace("home")}>回到今天</Button>
      </Bar>
    </View>
  );
}
