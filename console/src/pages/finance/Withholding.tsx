import { Card, InputNumber } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { Deed } from "@/parts/Deed";
import { DayField, firstOf } from "@/parts/fields";
import { money, monthOf, share, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { hundredth, type RowColumn, RowsField } from "@/parts/RowsField";

type Band = Schemas["BandBody"];

const COLUMNS = [
  { title: "自月份", dataIndex: "since", render: monthOf },
  { title: "档次", dataIndex: "bands", render: (bands: Band[]) => bands.map((band) => <div key={band.from_fen}>{`${money(band.from_fen)} 起 ${share(band.rate_bp)}`}</div>) },
  { title: "新增", dataIndex: "made_at", render: time },
];

const BANDS: readonly RowColumn[] = [
  { name: "from_fen", title: "自金额", ...hundredth, input: (label) => <InputNumber aria-label={label} min={0} precision={2} prefix="¥" controls={false} /> },
  { name: "rate_bp", title: "税率", ...hundredth, input: (label) => <InputNumber aria-label={label} min={0} max={90} precision={2} suffix="%" controls={false} /> },
];

/** What is withheld of payments to dealers who are persons, by bands. */
export function Withholding() {
  const asked = api.useInfiniteQuery("get", "/api/v1/withholding-rules", { params: { query: { limit: 20 } } }, PAGED);
  return (
    <Card size="small" title="个人网点代扣" style={{ marginTop: 16 }} extra={<New />}>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有代扣规则：不代扣" />
    </Card>
  );
}

const New = () => (
  <Deed<{ since: Dayjs; bands: Band[] }>
    label="新增代扣规则"
    initial={{ bands: [{ from_fen: 0, rate_bp: 0 }] }}
    send={({ since, bands }, once) => http.POST("/api/v1/withholding-rules", { params: { header: { ...once } }, body: { since: firstOf(since), bands } })}
  >
    <DayField name="since" label="自月份" month />
    <RowsField name="bands" columns={BANDS} fresh={{}} add="加一档" />
  </Deed>
);
