import { Button, Card, Checkbox, DatePicker, Empty, Space, Tag } from "antd";
import { useMutation } from "@tanstack/react-query";
import dayjs from "dayjs";

import { api, http, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";
import { options, type Words, word } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { Deed } from "@/parts/Deed";
import { today } from "@/parts/days";
import { NumberField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { Loaded } from "@/parts/Loaded";
import { useTold } from "@/parts/told";
import { CapacityMonth } from "./CapacityMonth";

type Line = Schemas["CapacityLine"];

/** How many units the dealer can do: by default, on promotion days, and day by day. */
export default function Capacity() {
  const { dealer_id } = useMe();
  if (dealer_id == null) return <Empty description="您不属于任何网点" />;
  return (
    <div className="page">
      <h1>产能日历</h1>
      <CapacityOf dealer={dealer_id} />
    </div>
  );
}

export function CapacityOf({ dealer }: { dealer: number }) {
  const asked = api.useQuery("get", "/api/v1/dealers/{dealer_id}/capacity", { params: { path: { dealer_id: dealer } } });
  const categories = useCategories();
  return (
    <>
      <Loaded asked={asked}>{({ items }) => <Shown dealer={dealer} lines={items} categories={categories} />}</Loaded>
      <AutoAccept dealer={dealer} categories={categories} />
    </>
  );
}

function Shown({ dealer, lines, categories }: { dealer: number; lines: readonly Line[]; categories: Words }) {
  const [filters, set] = useFilters("category", "month");
  const codes = [...new Set([...lines.map((line) => line.category_code), ...Object.keys(categories)])];
  const category = filters.category && codes.includes(filters.category) ? filters.category : codes[0];
  const month = dayjs(filters.month ? `${filters.month}-01` : today());
  if (!category) return <Empty description="品牌还没有设定品类" />;
  const own = lines.filter((line) => line.category_code === category);
  const standing = own.find((line) => !line.day && !line.promotion)?.units;
  const promotion = own.find((line) => line.promotion)?.units;
  return (
    <Card size="small" style={{ marginBottom: 16 }}>
      <Space wrap style={{ marginBottom: 12 }} role="tablist" aria-label="品类">
        {codes.map((code) => (
          <Button key={code} role="tab" aria-selected={code === category} type={code === category ? "primary" : "default"} size="small" onClick={() => set("category", code)}>
            {word(categories, code)}
          </Button>
        ))}
      </Space>
      <div className="filters" style={{ alignItems: "center" }}>
        <DatePicker picker="month" allowClear={false} aria-label="月份" value={month} onChange={(chosen) => set("month", chosen?.format("YYYY-MM"))} />
        <span>平日 {standing === undefined ? "没有上限" : `${standing} 台`}</span>
        <SetUnits dealer={dealer} category={category} label="改平日产能" units={standing} />
        <span>大促日 {promotion === undefined ? "同平日" : `${promotion} 台`}</span>
        <SetUnits dealer={dealer} category={category} label="改大促日产能" units={promotion} promotion />
      </div>
      <CapacityMonth dealer={dealer} category={category} month={month} standing={standing} promotion={promotion} days={own} />
    </Card>
  );
}

interface Setting {
  dealer: number;
  category: string;
  label: string;
  title?: string;
  units: number | undefined;
  day?: string;
  promotion?: boolean;
}

/** One figure of the dealer's capacity behind a button; nought closes the day. */
export function SetUnits({ dealer, category, label, title, units, day, promotion = false }: Setting) {
  return (
    <Deed<{ units: number }>
      size="small"
      label={label}
      title={title}
      initial={{ units }}
      send={(told, once) =>
        http.POST("/api/v1/dealers/{dealer_id}/capacity", {
          params: { path: { dealer_id: dealer }, header: { ...once } },
          body: { lines: [{ category_code: category, units: told.units, day, promotion }] },
        })
      }
    >
      <NumberField name="units" label="一天能装" unit="台" least={0} help="0：这一天不接单" />
    </Deed>
  );
}

function AutoAccept({ dealer, categories }: { dealer: number; categories: Words }) {
  const path = { dealer_id: dealer };
  const asked = api.useQuery("get", "/api/v1/dealers/{dealer_id}/auto-accept", { params: { path } });
  const told = useTold("自动接单：已保存");
  const save = useMutation({
    mutationFn: (wanted: string[]) => http.POST("/api/v1/dealers/{dealer_id}/auto-accept", { params: { path }, body: { lines: Object.keys(categories).map((code) => ({ category_code: code, wanted: wanted.includes(code) })) } }),
    ...told,
  });
  return (
    <Card size="small" title="自动接单">
      <p style={{ marginTop: 0 }}>
        勾选的品类，派来的单有空档时自动接下，不用逐单确认。 <Tag>须品牌已授权</Tag>
      </p>
      <Loaded asked={asked}>
        {({ items }) => (
          <Checkbox.Group disabled={save.isPending} options={options(categories)} value={items.filter((wish) => wish.wanted).map((wish) => wish.category_code)} onChange={(wanted) => save.mutate(wanted)} />
        )}
      </Loaded>
    </Card>
  );
}
