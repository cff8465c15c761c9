import { Form } from "antd";
import type { Dayjs } from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { LINE_KINDS, options, word } from "@/app/words";
import { DealerName, DealerPick } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { ChoiceField, DayField, firstOf, ShareField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { monthOf, share, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { Withholding } from "./Withholding";

type Body = Schemas["TaxRuleBody"];

const COLUMNS = [
  { title: "自月份", dataIndex: "since", render: monthOf },
  { title: "项目", dataIndex: "kind", render: (kind: string) => (kind === "*" ? "全部项目" : word(LINE_KINDS, kind)) },
  { title: "网点", dataIndex: "dealer_id", render: (id: number | null) => (id == null ? "全部网点" : <DealerName id={id} />) },
  { title: "税率", dataIndex: "rate_bp", render: share },
  { title: "金额", dataIndex: "inclusive", render: (inclusive: boolean) => (inclusive ? "含税" : "另加税") },
  { title: "新增", dataIndex: "made_at", render: time },
];

/** The tax within an amount or on top of it, by kind of line and dealer; the nearer rule wins. */
export default function TaxRules() {
  const may = useMay();
  const [filters, set] = useFilters("dealer_id");
  const query = { dealer_id: number(filters.dealer_id), limit: 50 };
  const asked = api.useInfiniteQuery("get", "/api/v1/tax-rules", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>税率</h1>
      <div className="filters">
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        {may("POST /api/v1/tax-rules") && <NewRule />}
        <span className="quiet">网点自己的优先于全部网点的，单个项目的优先于全部项目的，新的优先于旧的。没有规则：不计税。</span>
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.id} empty="没有税率规则：不计税" />
      {may("GET /api/v1/withholding-rules") && <Withholding />}
    </div>
  );
}

interface Told {
  since: Dayjs;
  kind: Body["kind"];
  rate_bp: number;
  price: "inclusive" | "on_top";
  dealer_id?: number;
}

const KINDS = [{ value: "*", label: "全部项目" }, ...options(LINE_KINDS).filter(({ value }) => value !== "tax")];
const PRICES = [{ value: "inclusive", label: "金额已含税" }, { value: "on_top", label: "另加税" }];

const NewRule = () => (
  <Deed<Told>
    label="新增税率"
    initial={{ kind: "*", price: "inclusive" }}
    send={({ since, price, ...told }, once) =>
      http.POST("/api/v1/tax-rules", { params: { header: { ...once } }, body: { ...told, since: firstOf(since), inclusive: price === "inclusive" } })
    }
  >
    <DayField name="since" label="自月份" month />
    <ChoiceField name="kind" label="项目" options={KINDS} />
    <Form.Item name="dealer_id" label="网点" extra="留空：全部网点">
      <DealerPick />
    </Form.Item>
    <ShareField name="rate_bp" label="税率" />
    <ChoiceField name="price" label="金额" options={PRICES} />
  </Deed>
);
