import { Text, View } from "@tarojs/components";
import { useState } from "react";

import type { Act } from "@/shell";
import { Button, Card, Field } from "@/parts";

const MORE = [["punctuality", "准时"], ["attitude", "态度"], ["workmanship", "手艺"], ["charges", "收费"]] as const;
const WORDS = ["", "很差", "不好", "一般", "好", "很好"];

/** Stars: one row is enough, four more for who has something to say. */
export function Rate({ act }: { act: Act }) {
  const [overall, setOverall] = useState(0);
  const [more, setMore] = useState<Record<string, number>>({});
  const [note, setNote] = useState("");
  const send = () => act("rate", { scores: { overall, ...more, tags: [] }, ...(note.trim() ? { note: note.trim() } : {}) });
  return (
    <Card title="您觉得怎么样？">
      <Stars name="总体" value={overall} onChange={setOverall} />
      {overall > 0 && MORE.map(([code, name]) => (
        <Stars key={code} name={name} value={more[code] ?? 0} onChange={(value) => setMore({ ...more, [code]: value })} />
      ))}
      {overall > 0 && <Field id="rate-note" label="想说的话（可不填）" value={note} onChange={setNote} long />}
      <Button kind="main" id="rate" off={!overall} onPress={send}>{overall ? "提交评价" : "先点几颗星"}</Button>
    </Card>
  );
}

function Stars({ name, value, onChange }: { name: string; value: number; onChange: (value: number) => void }) {
  return (
    <View className="tz-stars" {...{ role: "radiogroup", "aria-label": name }}>
      <Text className="tz-stars__name">{name}</Text>
      {[1, 2, 3, 4, 5].map((stars) => (
        <View
          key={stars}
          {...(name === "总体" ? { id: `stars-${stars}` } : {})}
          className={`tz-star ${stars <= value ? "tz-star--on" : ""}`}
          onClick={() => onChange(stars)}
          {...{ role: "radio", tabIndex: 0, "aria-label": `${stars} 星，${WORDS[stars]}`, "aria-checked": stars === value }}
        >
          ★
        </View>
      ))}
    </View>
  );
}
