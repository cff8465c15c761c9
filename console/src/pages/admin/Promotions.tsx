import { Card, Table } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { today } from "@/parts/days";
import { Deed } from "@/parts/Deed";
import { dayOf, DayField, NumberField, TextField } from "@/parts/fields";
import { Loaded } from "@/parts/Loaded";

type Promotion = Schemas["PromotionGiven"];

interface Told {
  day: Dayjs;
  name: string;
  extra_lead_days: number;
}

const COLUMNS = [
  { title: "日期", dataIndex: "day", className: "numbers" },
  { title: "名称", dataIndex: "name" },
  { title: "多备货天数", dataIndex: "extra_lead_days", align: "right" as const, className: "numbers" },
  { title: "", render: (_: unknown, one: Promotion) => (one.day < today() ? <span className="quiet">已过</span> : <Gone promotion={one} />) },
];

/** The days of the great sales: more orders, later deliveries, other capacities. */
export function Promotions() {
  const asked = api.useQuery("get", "/api/v1/promotion-days");
  return (
    <Card size="small" title="大促日" extra={<Add />}>
      <p className="quiet">当天网点按大促产能接单，承诺多留备货天数；已作出的承诺不变。</p>
      <Loaded asked={asked}>
        {({ items }) => <Table size="small" pagination={false} columns={COLUMNS} dataSource={[...items].sort((one, two) => two.day.localeCompare(one.day))} rowKey="day" locale={{ emptyText: "没有大促日" }} />}
      </Loaded>
    </Card>
  );
}

const Add = () => (
  <Deed<Told>
    size="small"
    label="新增大促日"
    initial={{ extra_lead_days: 0 }}
    send={({ day, name, extra_lead_days }, once) =>
      http.POST("/api/v1/promotion-days", { params: { header: { ...once } }, body: { days: [{ day: dayOf(day), name, extra_lead_days }], gone: [] } })
    }
  >
    <DayField name="day" label="日期" />
    <TextField name="name" label="名称" help="如：双11" />
    <NumberField name="extra_lead_days" label="多备货" least={0} unit="天" />
  </Deed>
);

const Gone = ({ promotion }: { promotion: Promotion }) => (
  <Deed size="small" danger label="取消大促日" title={`取消：${promotion.day} ${promotion.name}`} send={(_, once) => http.POST("/api/v1/promotion-days", { params: { header: { ...once } }, body: { days: [], gone: [promotion.day] } })}>
    这一天按平日处理。
  </Deed>
);
