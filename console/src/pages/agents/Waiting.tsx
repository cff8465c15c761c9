import { Card, Empty } from "antd";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { QUEUES, word } from "@/app/words";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Waits = Schemas["Waiting"];

const MINUTE = 60_000;
/** Queues with a page of their own; the others are a filter of the list of jobs. */
const DESKS: Readonly<Record<string, string>> = {
  address: "/addresses",
  remote_fee: "/remote-fees",
  quote: "/service-requests?state=to_quote",
  warranty: "/service-requests?state=undecided",
  ...Object.fromEntries(["dispatch_failed", "no_dealer_left", "no_capacity", "unserved"].map((queue) => [queue, `/dispatching?queue=${queue}`])),
};

/** Where the day begins: what waits, since when, and the way to it. */
export default function Waiting() {
  const asked = api.useQuery("get", "/api/v1/waiting", {}, { refetchInterval: MINUTE });
  return (
    <div className="page">
      <h1>待办一览</h1>
      <Loaded asked={asked}>{(waits) => <Shown waits={waits} />}</Loaded>
    </div>
  );
}

function Shown({ waits }: { waits: Waits }) {
  const quarrels = [
    { to: "/complaints", count: waits.complaints, label: "未了结的投诉", note: waits.unreplied ? `${waits.unreplied} 个还没有首次回复` : "" },
    { to: "/late?shown=appeals", count: waits.appeals, label: "网点的超时申诉", note: "" },
    { to: "/service-requests?state=waiting", count: waits.repairs, label: "序列号待核实的维修", note: "" },
    { to: "/reviews?state=unanswered", count: waits.reviews, label: "未答复的差评", note: "" },
  ].filter((one) => one.count > 0);
  const queues = waits.queues.filter(({ queue }) => queue !== "complaint");
  if (queues.length + quarrels.length === 0) return <Empty description="没有待办，都处理完了" />;
  return (
    <>
      {quarrels.length > 0 && (
        <Card size="small" title="等回音的客户和网点" style={{ marginBottom: 16 }}>
          <ul className="tiles">
            {quarrels.map((one) => (
              <Tile key={one.to} {...one} />
            ))}
          </ul>
        </Card>
      )}
      {queues.length > 0 && (
        <Card size="small" title="待处理的工单（等得最久的在前）">
          <ul className="tiles">
            {queues.map(({ queue, jobs, since }) => (
              <Tile key={queue} to={DESKS[queue] ?? `/jobs?queue=${queue}`} count={jobs} label={word(QUEUES, queue)} note={since ? `最早 ${time(since)}` : ""} />
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

const Tile = ({ to, count, label, note }: { to: string; count: number; label: string; note: string }) => (
  <li>
    <Link to={to}>
      <strong>{count}</strong> {label}
      <span className="quiet">{note}</span>
    </Link>
  </li>
);
