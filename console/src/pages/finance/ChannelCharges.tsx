import { Button, Checkbox, Space, Tag } from "antd";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { FAULTS, options } from "@/app/words";
import { DealerName } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { type Chosen, ChoiceField, FileField, formOf, NumberField, TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { day } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { FEN } from "./columns";

type Charge = Schemas["ChannelChargeLine"];

const COLUMNS = [
  { title: "扣款单号", dataIndex: "number" },
  { title: "日期", dataIndex: "charged_on", render: day },
  { title: "原因", dataIndex: "reason_name" },
  { title: "金额", dataIndex: "amount_fen", ...FEN },
  { title: "店铺经营方", dataIndex: "operator_dealer_id", render: (id: number | null) => (id == null ? "品牌" : <DealerName id={id} />) },
  { title: "责任", dataIndex: "fault_name", render: (name: string, one: Charge) => <Tag color={one.fault ? "default" : "gold"}>{name}</Tag> },
  { title: "", render: (_: unknown, one: Charge) => (one.fault ? one.fault !== "dealer" && <Reopen charge={one} /> : <Allocate charge={one} />) },
];

/** What platforms took from the operators of the shops, and whose fault it was. */
export default function ChannelCharges() {
  const may = useMay();
  const [filters, set] = useFilters("waiting");
  const query = { waiting: filters.waiting ? true : undefined, limit: 50 };
  const asked = api.useInfiniteQuery("get", "/api/v1/channel-charges", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>平台扣款</h1>
      <div className="filters">
        <Checkbox checked={Boolean(filters.waiting)} onChange={(event) => set("waiting", event.target.checked ? "yes" : null)} style={{ alignSelf: "center" }}>
          只看待划分
        </Checkbox>
        {may("POST /api/v1/channel-charge-imports") && <Import />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(one) => one.id} empty="没有平台扣款" />
    </div>
  );
}

const Import = () => (
  <Space>
    <Deed<{ file: Chosen[] }>
      label="导入平台扣款"
      send={({ file }, once) =>
        http.POST("/api/v1/channel-charge-imports", { params: { header: { ...once } }, body: formOf(file) })
      }
    >
      <FileField name="file" label="CSV 或 XLSX" accept=".csv,.xlsx" />
    </Deed>
    <Button href="/api/v1/channel-charge-imports/template.csv">下载模板</Button>
  </Space>
);

function Allocate({ charge }: { charge: Charge }) {
  const may = useMay();
  if (!may("POST /api/v1/channel-charges/{channel_charge_id}/allocate")) return null;
  return (
    <Deed<Schemas["AllocationBody"]>
      size="small"
      label="划分责任"
      send={(body, once) => http.POST("/api/v1/channel-charges/{channel_charge_id}/allocate", { params: { path: { channel_charge_id: charge.id }, header: { ...once } }, body })}
    >
      <ChoiceField name="fault" label="谁的责任" options={options(FAULTS)} />
      <TextField name="words" label="事实说明" long most={500} free help="服务商责任时必填：会作为处罚发给网点，可以申诉" />
      <NumberField name="job_id" label="工单号" free />
    </Deed>
  );
}

/** The brand's or the operator's only; a dealer's is opened by his appeal. */
function Reopen({ charge }: { charge: Charge }) {
  const may = useMay();
  if (!may("POST /api/v1/channel-charges/{channel_charge_id}/reopen")) return null;
  return (
    <Deed
      size="small"
      label="撤回划分"
      send={(_, once) => http.POST("/api/v1/channel-charges/{channel_charge_id}/reopen", { params: { path: { channel_charge_id: charge.id }, header: { ...once } } })}
    >
      已入账的金额会在当前未结账的月份冲回，之后重新划分责任。
    </Deed>
  );
}
