import { View } from "@tarojs/components";
import { useEffect, useState } from "react";

import { consents, decide, Frame, type Known } from "@/shell";
import { OwnData } from "@/customer/OwnData";
import { Button, Card, Loading, Tag } from "@/parts";

/** What may be used of what this phone knows: each by itself, each taken back as easily as given. */
export default function Privacy() {
  return (
    <Frame>
      {(me) => (
        <View>
          <All />
          {me.role === "customer" && <OwnData me={me} />}
        </View>
      )}
    </Frame>
  );
}

function All() {
  const [known, setKnown] = useState<Known[]>();
  const look = () => consents().then(setKnown);
  useEffect(() => void look(), []);
  if (!known) return <Loading />;
  return (
    <View>
      {known.map(({ text, given }) => (
        <Card key={text.purpose} title={text.title} aside={<Said given={given} />}>
          <View>{text.text}</View>
          <View className="tz-quiet">{text.without}</View>
          <Button id={`consent-${text.purpose}`} onPress={() => decide(text, !given).then(look)}>{given ? "撤回同意" : "同意"}</Button>
        </Card>
      ))}
    </View>
  );
}

function Said({ given }: Pick<Known, "given">) {
  if (given === undefined) return <Tag>还没问过您</Tag>;
  return given ? <Tag kind="good">已同意</Tag> : <Tag>未同意</Tag>;
}
