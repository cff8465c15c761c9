import { Alert, Card, DatePicker, Form, Input, Select, Space, Table, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { today } from "@/parts/days";
import { TextField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { type RowColumn, RowsField } from "@/parts/RowsField";
import { Corrections } from "./Corrections";
import { Previewed } from "./Previewed";
import { Promotions } from "./Promotions";

type Year = Schemas["YearPage"];
type Body = Schemas["YearPreviewBody"];

const WEEK = ["日", "一", "二", "三", "四", "五", "六"];

const COLUMNS = [
  { title: "日期", dataIndex: "day", className: "numbers", render: (day: string) => `${day} 周${WEEK[dayjs(day).day()]}` },
  { title: "安排", dataIndex: "working", render: (working: boolean) => <Tag color={working ? "blue" : "green"}>{working ? "调休上班" : "放假"}</Tag> },
  { title: "说明", dataIndex: "note" },
];

const FIELDS: readonly RowColumn[] = [
  {
    name: "day",
    title: "日期",
    width: 170,
    getValueProps: (day: string | undefined) => ({ value: day ? dayjs(day) : null }),
    normalize: (day: Dayjs | null) => day?.format("YYYY-MM-DD"),
    input: (label) => <DatePicker aria-label={label} />,
  },
  {
    name: "working",
    title: "安排",
    width: 130,
    input: (label) => (
      <Select
        aria-label={label}
        options={[
          { value: false, label: "放假" },
          { value: true, label: "调休上班" },
        ]}
      />
    ),
  },
  { name: "note", title: "说明", free: true, normalize: (note: string) => note || undefined, input: (label) => <Input aria-label={label} maxLength={40} /> },
];

/** The days unlike Monday to Friday, by which clocks count; and the days of the great sales. */
export default function Calendar() {
  const [filters, set] = useFilters("year");
  const year = number(filters.year) ?? Number(today().slice(0, 4));
  const asked = api.useQuery("get", "/api/v1/calendar/{year}", { params: { path: { year } } });
  return (
    <div className="page">
      <h1>工作日历与大促日</h1>
      <div className="desk">
        <Card
          size="small"
          title={
            <Space>
              工作日历
              <DatePicker picker="year" size="small" allowClear={false} aria-label="年份" value={dayjs(`${year}-01-01`)} onChange={(chosen) => set("year", chosen?.year())} />
            </Space>
          }
          extra={asked.data && <Publish shown={asked.data} />}
        >
          <Loaded asked={asked}>{(shown) => <Days shown={shown} />}</Loaded>
        </Card>
        <Promotions />
      </div>
      <Corrections />
    </div>
  );
}

function Days({ shown }: { shown: Year }) {
  if (!shown.published) return <Alert type="warning" showIcon title="这一年还没有发布：跨入这一年的时效是暂定的，发布后自动更正。" />;
  return (
    <>
      <p className="quiet">
        只列与周一至周五上班、周末休息不同的日子。来源：{shown.source}，{time(shown.loaded_at)}
      </p>
      <Table size="small" pagination={false} columns={COLUMNS} dataSource={shown.days} rowKey="day" />
    </>
  );
}

function Publish({ shown }: { shown: Year }) {
  const path = { year: shown.year };
  return (
    <Previewed<Body>
      size="small"
      label={shown.published ? "更正" : "发布"}
      title={`${shown.year} 年工作日历`}
      initial={{ source: shown.source ?? undefined, days: shown.days }}
      preview={async (body) => (await http.POST("/api/v1/calendar/{year}/preview", { params: { path }, body })).data!}
      send={(body, seen, once) => http.PUT("/api/v1/calendar/{year}", { params: { path, header: { ...once } }, body: { ...body, seen } })}
    >
      <TextField name="source" label="依据" help="如：国务院办公厅关于节假日安排的通知" />
      <Form.Item label="与平常不同的日子">
        <RowsField name="days" columns={FIELDS} fresh={{ working: false }} add="加一天" />
      </Form.Item>
    </Previewed>
  );
}
