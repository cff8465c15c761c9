import { View } from "@tarojs/components";
import { useEffect, useState } from "react";

import { Problem } from "@/api";
import { api, onward, useRead } from "@/shell";
import { Button, Card, Empty, Failed, Field, Loading } from "@/parts";
import { platform } from "@/platform";

import "../customer.css";

interface Named {
  code: string;
  name: string;
}

const PAUSE_MS = 300;
const DISTRICT = 2; // province, city, district: enough to say who comes

/** Three questions, one at a time: what, where, and then the answer on a page of its own. */
export function Asking({ sku }: { sku: string | undefined }) {
  const [goods, setGoods] = useState(sku);
  return goods ? <Where sku={goods} back={() => setGoods(undefined)} /> : <What choose={setGoods} />;
}

function What({ choose }: { choose: (sku: string) => void }) {
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const { data, failed, again } = useRead("/api/v1/promise-products", { query: asked ? { q: asked } : {} });
  return (
    <View>
      <View className="tz-title">您想买什么？</View>
      <View className="tz-quiet tz-gap">下单前看清楚：谁来装、什么时候能装、哪些不要钱、哪些要钱。不用登录，不花钱。</View>
      <Field id="goods" label="商品名称里的几个字" value={words} onChange={setWords} most={40} hint="比如：热水器" />
      {!data && (failed ? <Failed why={failed} again={again} /> : <Loading />)}
      {data?.items.length === 0 && <Empty>没有找到，换几个字试试</Empty>}
      {data?.items.map((one) => <Row key={one.sku} id={`goods-${one.sku}`} name={one.name} more={one.category_name} choose={() => choose(one.sku)} />)}
    </View>
  );
}

function Row({ id, name, more, choose }: { id: string; name: string; more?: string; choose: () => void }) {
  return (
    <View id={id} className="tz-line tz-line--card" onClick={choose} {...{ role: "button", tabIndex: 0 }}>
      <View className="tz-line__text">{name}{more && <View className="tz-quiet">{more}</View>}</View>
    </View>
  );
}

function Where({ sku, back }: { sku: string; back: () => void }) {
  const [path, setPath] = useState<readonly Named[]>([]);
  const [candidates, setCandidates] = useState<readonly Named[]>();
  const here = path[path.length - 1];
  const { data, failed, again } = useRead("/api/v1/divisions", { query: here ? { parent: here.code } : {} });
  const ask = async (place: { division_code: string } | { address: string }) => {
    try {
      const made = await api.post("/api/v1/promises", { body: { lines: [{ sku, quantity: 1 }], ...place } });
      onward("promise", { id: made.id });
    } catch (error) {
      const named = error instanceof Problem ? (error.more.candidates as Named[] | undefined) : undefined;
      if (!named?.length) throw error;
      setCandidates(named);
    }
  };
  const kept = async () => {
    const address = await platform.address?.();
    if (address) await ask({ address });
  };
  const below = data?.items ?? [];
  const enough = path.length > DISTRICT || (data !== undefined && below.length === 0);
  return (
    <View>
      <View className="tz-title">{here ? `${path.map((one) => one.name).join("")}，再具体一点` : "装在哪里？"}</View>
      <View className="tz-path">
        <Button small onPress={path.length ? () => setPath(path.slice(0, -1)) : back}>返回上一步</Button>
      </View>
      {!here && platform.address && <Button kind="main" id="kept-address" onPress={kept}>用微信里的收货地址</Button>}
      {candidates && (
        <Card title="是哪一个？" kind="next">
          {candidates.map((one) => <Row key={one.code} id={`place-${one.code}`} name={one.name} choose={() => void ask({ division_code: one.code })} />)}
        </Card>
      )}
      {here && enough && <Button kind="main" id="ask-promise" onPress={() => ask({ division_code: here.code })}>就查这里</Button>}
      {here && enough && below.length > 0 && <View className="tz-heading">知道街道或乡镇的话，选了更准</View>}
      {!data && (failed ? <Failed why={failed} again={again} /> : <Loading />)}
      {below.map((one) => <Row key={one.code} id={`place-${one.code}`} name={one.name} choose={() => setPath([...path, one])} />)}
    </View>
  );
}
