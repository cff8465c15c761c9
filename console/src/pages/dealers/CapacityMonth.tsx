import { Tag } from "antd";
import type { Dayjs } from "dayjs";

import { api, type Schemas } from "@/api/client";
import { SetUnits } from "./Capacity";

const WEEK = ["一", "二", "三", "四", "五", "六", "日"];

interface Props {
  dealer: number;
  category: string;
  month: Dayjs;
  standing: number | undefined;
  promotion: number | undefined;
  days: readonly Schemas["CapacityLine"][];
}

/** A month at a glance: each day's figure and where it comes from; a press changes that day alone. */
export function CapacityMonth({ dealer, category, month, standing, promotion, days }: Props) {
  const promotions = api.useQuery("get", "/api/v1/promotion-days", {}, { staleTime: 600_000 });
  const year = api.useQuery("get", "/api/v1/calendar/{year}", { params: { path: { year: month.year() } } }, { staleTime: 600_000 });
  const taken = api.useQuery("get", "/api/v1/dealers/{dealer_id}/capacity/taken", { params: { path: { dealer_id: dealer }, query: { month: month.format("YYYY-MM-01") } } });
  const booked = taken.data?.items.find((one) => one.category_code === category);
  const used = new Map(booked?.days.map((one) => [one.day, one.units]));
  const named = new Map(promotions.data?.items.map((one) => [one.day, one.name]));
  const odd = new Map(year.data?.days.map((one) => [one.day, one]));
  const own = new Map(days.map((line) => [line.day, line.units]));
  const cell = (day: Dayjs) => {
    const at = day.format("YYYY-MM-DD");
    const set = own.get(at);
    const sale = named.get(at);
    const units = set ?? (sale ? (promotion ?? standing) : standing);
    const note = odd.get(at);
    return (
      <td key={at} className={set === undefined ? undefined : "own"}>
        <div className="numbers">
          {day.date()} {sale && <Tag color="magenta">{sale}</Tag>}
          {note && !note.working && <Tag>{note.note}</Tag>}
          {note?.working && <Tag color="blue">上班</Tag>}
        </div>
        <SetUnits dealer={dealer} category={category} day={at} units={units} label={said(units)} title={`${at} 的产能`} />
        {set !== undefined && <span className="quiet"> 单独设定</span>}
        {taken.data && <Booked units={used.get(at) ?? 0} of={units} />}
      </td>
    );
  };
  return (
    <>
      {booked !== undefined && booked.pending > 0 && <p>另有 {booked.pending} 台已接单、还没有约时间，会占用最近的空档。</p>}
      <table className="month">
        <thead>
          <tr>
            {WEEK.map((name) => (
              <th key={name}>周{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week, at) => (
            <tr key={at}>{week.map((day, place) => (day ? cell(day) : <td key={place} className="none" />))}</tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** What is spoken for that day, and whether it is more than can be done. */
function Booked({ units, of }: { units: number; of: number | undefined }) {
  if (units === 0) return null;
  const full = of !== undefined && units >= of;
  return <div>{full ? <Tag color="red">{`已约 ${units} 台，${units > of ? "超出" : "已满"}`}</Tag> : `已约 ${units} 台`}</div>;
}

const said = (units: number | undefined): string => (units === undefined ? "不限" : units === 0 ? "不接单" : `${units} 台`);

/** The days of a month by weeks that begin on Monday. */
function weeksOf(month: Dayjs): (Dayjs | null)[][] {
  const first = month.startOf("month");
  const before: (Dayjs | null)[] = Array.from({ length: (first.day() + 6) % 7 }, () => null);
  const cells = [...before, ...Array.from({ length: month.daysInMonth() }, (_, at) => first.add(at, "day"))];
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
