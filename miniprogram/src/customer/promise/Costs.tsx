import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { Icon, yuan } from "@/parts";

import "../customer.css";

/** What is free, what is not, and what would cost how much. */
export function Costs({ answer, line }: { answer: Schemas["Answer"]; line: Schemas["LinePromise"] }) {
  return (
    <View>
      {line.included.length > 0 && <View className="tz-strong tz-topic">不要钱的</View>}
      {line.included.map((one) => <View key={one} className="tz-free"><Icon name="check" />{one}</View>)}
      {(line.remote ?? line.trip) && <View className="tz-strong tz-topic">路费</View>}
      {line.remote && <View>{line.remote.text}</View>}
      {line.trip && <View>{line.trip.text}</View>}
      {answer.extras.length > 0 && <View className="tz-strong tz-topic">用到才收，收之前先问您</View>}
      {answer.extras.map((one) => (
        <View key={one.code} className="tz-row"><View className="tz-line__text">{one.name}</View>{yuan(one.price_fen)}/{one.unit}</View>
      ))}
      {answer.silence_confirms && <View className="tz-quiet">{answer.silence_text}</View>}
      {line.notes.map((one) => <View key={one} className="tz-note">{one}</View>)}
    </View>
  );
}
