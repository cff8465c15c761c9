import { Card, DatePicker, Empty, Tag } from "antd";
import dayjs from "dayjs";
import { Link } from "react-router";

import { api, type Query, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { today } from "@/parts/days";
import { useFilters } from "@/parts/filters";
import { metres, span, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { useInstallers } from "./installers";

type Route = Schemas["DayRoute"];
type Stop = Schemas["DayStopLine"];

/** Everybody's visits of a day in the order proposed, and what cannot be kept. */
export default function Days() {
  const { dealer_id } = useMe();
  const [filters, set] = useFilters("day");
  const day = filters.day ?? today();
  const asked = api.useQuery(
    "get",
    "/api/v1/dealers/{dealer_id}/days",
    { params: { path: { dealer_id: dealer_id ?? 0 }, query: { day } as Query<"/api/v1/dealers/{dealer_id}/days"> } },
    { enabled: dealer_id != null },
  );
  return (
    <div className="page">
      <h1>师傅行程</h1>
      <div className="filters">
        <DatePicker allowClear={false} aria-label="日期" value={dayjs(day)} onChange={(chosen) => set("day", chosen?.format("YYYY-MM-DD"))} />
      </div>
      {dealer_id == null ? (
        <Empty description="您不属于任何网点" />
      ) : (
        <Loaded asked={asked}>{({ items }) => (items.length === 0 ? <Empty description="这一天没有预约" /> : items.map((route) => <Shown key={route.installer_id} route={route} dealer={dealer_id} />))}</Loaded>
      )}
    </div>
  );
}

function Shown({ route, dealer }: { route: Route; dealer: number }) {
  const name = useInstallers(dealer).get(route.installer_id) ?? route.installer_id;
  return (
    <Card size="small" style={{ marginBottom: 16 }} title={name} extra={<span className="quiet">{route.made_at && `${time(route.made_at)} 排定${route.up_to_date ? "" : "，之后有变"}`}</span>}>
      {route.note && <p className="quiet">{route.note}</p>}
      <ol className="plain">
        {route.stops.map((stop) => (
          <li key={stop.visit_id}>
            <Told stop={stop} />
          </li>
        ))}
      </ol>
    </Card>
  );
}

const Told = ({ stop }: { stop: Stop }) => (
  <>
    <strong className="numbers">{span(stop.window_start, stop.window_end)}</strong> {stop.address}
    {stop.done && <Tag color="green">已完成</Tag>}
    {stop.arrive_at && <span className="quiet"> 预计 {time(stop.arrive_at)} 到{stop.travel_m != null && `，路程 ${metres(stop.travel_m)}`}</span>}
    {stop.jobs.map((job) => (
      <div key={job.id}>
        <Link to={`/jobs/${job.id}`}>{job.id}</Link> {job.product_name} × {job.units} <Tag>{job.status_name}</Tag>
        {job.held && <Tag color="orange">暂缓上门</Tag>}
      </div>
    ))}
    {stop.warnings.map((warning) => (
      <div key={warning.flag}>
        <Tag color="red">注意</Tag>
        {warning.text}
      </div>
    ))}
  </>
);
