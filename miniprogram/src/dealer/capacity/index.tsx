import { View } from "@tarojs/components";
import { useState } from "react";

import type { Schemas } from "@/api";
import { api, Frame, useRead, type Me } from "@/shell";
import { Choice, Empty, Failed, Loading, Tag, tell } from "@/parts";

import { monthsOf, nextDays, plan, type Day } from "../days";
import { Units } from "../Units";

type Line = Schemas["CapacityLine"];

/** What is booked beside what can be done, day by day for two weeks: one tap on the day, one on the figure. */
export default function Capacity() {
  return <Frame>{(me) => <Categories me={me} />}</Frame>;
}

function Categories({ me }: { me: Me }) {
  const path = { dealer_id: me.dealer_id ?? 0 };
  const capacity = useRead("/api/v1/dealers/{dealer_id}/capacity", { path });
  const coverage = useRead("/api/v1/dealers/{dealer_id}/coverage", { path });
  const { data: names } = useRead("/api/v1/categories");
  const [chosen, setChosen] = useState<string>();
  if (!capacity.data || !coverage.data) {
    const why = capacity.failed ?? coverage.failed;
    return why ? <Failed why={why} again={async () => void (await Promise.all([capacity.again(), coverage.again()]))} /> : <Loading />;
  }
  const lines = capacity.data.items;
  const codes = [...new Set([...coverage.data.items, ...lines].map((line) => line.category_code))].sort();
  const category = chosen ?? codes[0];
  if (!category) return <Empty>品牌还没有给本网点设服务范围</Empty>;
  const named = new Map(names?.items.map((one) => [one.code, one.name]));
  return (
    <View>
      {codes.length > 1 && <Choice label="品类" options={codes.map((code) => [code, named.get(code) ?? code] as const)} value={category} onChange={setChosen} />}
      <Fortnight dealer={path.dealer_id} category={category} lines={lines.filter((line) => line.category_code === category)} again={capacity.again} />
    </View>
  );
}

interface Props {
  dealer: number;
  category: string;
  lines: readonly Line[];
  again: () => Promise<void>;
}

function Fortnight({ dealer, category, lines, again }: Props) {
  const days = nextDays(Date.now());
  const taken = useTaken(dealer, category, monthsOf(days));
  const { data: sales } = useRead("/api/v1/promotion-days");
  const named = new Map(sales?.items.map((one) => [one.day, one.name]));
  const standing = lines.find((line) => !line.day && !line.promotion)?.units;
  const save = (day: string | null) => async (units: number) => {
    await api.post("/api/v1/dealers/{dealer_id}/capacity", { path: { dealer_id: dealer }, body: { lines: [{ category_code: category, day, units, promotion: false }] } });
    tell.done("已改好");
    await again();
  };
  return (
    <View>
      <View className="tz-quiet tz-gap">点哪天，就改哪天能装几台</View>
      {taken.pending > 0 && <View className="tz-note">另有 {taken.pending} 台已接单、还没约时间，会占最近的空档</View>}
      {plan(days, lines, taken.units, named).map((day) => (
        <Units key={day.day} id={`day-${day.day}`} title={`${day.name} 一天能装几台？`} units={day.units} send={save(day.day)}>
          <DayRow day={day} />
        </Units>
      ))}
      <View className="tz-heading">没有单独改过的日子</View>
      <Units id="day-standing" title="平日一天能装几台？" units={standing} send={save(null)}>
        <View className="tz-day__name">平日</View>
        <View className="tz-day__units">{standing === undefined ? "没有上限" : `${standing} 台`}</View>
      </Units>
    </View>
  );
}

function DayRow({ day }: { day: Day }) {
  return (
    <>
      <View className="tz-day__name">
        <View>{day.name}</View>
        {day.sale && <Tag kind="warn">{day.sale}</Tag>}
      </View>
      <View className="tz-day__units">
        <View>{day.units === undefined ? `已约 ${day.taken} 台，没有上限` : day.units === 0 ? "不接单" : `已约 ${day.taken} / 能装 ${day.units}`}</View>
        {day.units ? <View className="tz-gauge"><View className={day.taken > day.units ? "tz-gauge__part tz-gauge__part--over" : "tz-gauge__part"} style={{ width: `${Math.min(100, (day.taken / day.units) * 100)}%` }} /></View> : null}
        {day.units !== undefined && day.taken >= day.units && day.taken > 0 && <Tag kind={day.taken > day.units ? "bad" : "wait"}>{day.taken > day.units ? `超出 ${day.taken - day.units} 台` : "约满了"}</Tag>}
      </View>
    </>
  );
}

/** Two weeks may lie in two months. */
function useTaken(dealer: number, category: string, [first, second]: readonly [string, string | undefined]) {
  const path = { dealer_id: dealer };
  const now = useRead("/api/v1/dealers/{dealer_id}/capacity/taken", { path, query: { month: first } });
  const then = useRead(second ? "/api/v1/dealers/{dealer_id}/capacity/taken" : null, { path, query: { month: second } });
  const own = [now.data, then.data].map((page) => page?.items.find((one) => one.category_code === category));
  return { pending: own[0]?.pending ?? 0, units: new Map(own.flatMap((one) => one?.days ?? []).map((one) => [one.day, one.units])) };
}
