import { View } from "@tarojs/components";
import Taro from "@tarojs/taro";
import { useState } from "react";

import { api, Frame, useRead, type Me } from "@/shell";
import { Button, Card, Choice, Empty, Failed, Field, Loading, local, tell, yuan } from "@/parts";

import { Papers, sendPapers } from "../papers";
import { fenOf, markets } from "../markets";

/** What was sold offline in a market and year, with pictures of the slips. */
export default function Declare() {
  return <Frame>{(me) => <Form me={me} />}</Frame>;
}

function Form({ me }: { me: Me }) {
  const { data, failed, again } = useRead("/api/v1/dealers/{dealer_id}/coverage", { path: { dealer_id: me.dealer_id ?? 0 } });
  const year = Number(local(Date.now()).day.slice(0, 4));
  const [chosen, setChosen] = useState(String(year));
  const [market, setMarket] = useState<string>();
  const [amount, setAmount] = useState("");
  const [papers, setPapers] = useState<readonly string[]>([]);
  const [made, setMade] = useState<number>();
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const places = markets(data.items);
  if (places.length === 0) return <Empty>品牌还没有给本网点设服务范围</Empty>;
  const place = market ?? (places.length === 1 ? places[0]?.[0] : undefined);
  const fen = fenOf(amount);
  const send = async () => {
    if (!place || fen === undefined) return;
    const body = { dealer_id: me.dealer_id, year: Number(chosen), division_code: place, declared_fen: fen };
    const id = made ?? (await api.post("/api/v1/alliance/declarations", { body })).id;
    setMade(id); // what was declared stays, if the pictures do not get through
    await sendPapers(`/api/v1/alliance/declarations/${id}/files`, papers);
    tell.done("已申报，等品牌财务核定");
    void Taro.navigateBack();
  };
  return (
    <Card title="线下卖了多少？">
      <Choice label="哪一年" options={[year, year - 1].map((one) => [String(one), `${one} 年`] as const)} value={chosen} onChange={setChosen} />
      <Choice label="哪个地方" options={places} value={place} onChange={setMarket} />
      <Field id="declare-amount" label="一共多少元" kind="digit" value={amount} onChange={setAmount} most={12} />
      {fen !== undefined && <View className="tz-sum">{yuan(fen)}</View>}
      <View className="tz-heading">单据照片</View>
      <Papers papers={papers} onChange={setPapers} />
      <Button kind="main" id="declare-send" off={!place || fen === undefined} onPress={send}>{made === undefined ? "申报" : "再发一次照片"}</Button>
    </Card>
  );
}
