import { Checkbox, Form } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { KINDS, options, word } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { Deed } from "@/parts/Deed";
import { ChoiceField, NumberField, TextField } from "@/parts/fields";
import { Lines, PAGED } from "@/parts/Lines";

type Product = Schemas["ProductLine"];
type Body = Schemas["ProductBody"];

const JOB_KINDS = options(KINDS).filter(({ value }) => value === "install" || value === "deliver_install");
const FRESH: Partial<Body> = { job_kind: "install", needs_installation: true, lead_days: 1, warranty_months: 24 };

/** What is sold, and how it is brought into service. */
export default function Products() {
  const categories = useCategories();
  const writes = useMay()("POST /api/v1/products");
  const asked = api.useInfiniteQuery("get", "/api/v1/products", { params: { query: { limit: 50 } } }, PAGED);
  const columns = [
    { title: "商品编码", dataIndex: "sku", render: (sku: string) => <Link to={`/products/${encodeURIComponent(sku)}`}>{sku}</Link> },
    { title: "名称", dataIndex: "name", className: "words" },
    { title: "品类", dataIndex: "category_code", render: (code: string) => word(categories, code) },
    { title: "工单类型", dataIndex: "job_kind", render: (kind: string) => word(KINDS, kind) },
    { title: "须安装", dataIndex: "needs_installation", render: yes },
    { title: "可自行安装", dataIndex: "self_install_allowed", render: yes },
    { title: "备货天数", dataIndex: "lead_days", align: "right" as const, className: "numbers" },
    { title: "质保月数", dataIndex: "warranty_months", align: "right" as const, className: "numbers" },
    { title: "", key: "deed", render: (_: unknown, product: Product) => writes && <Edit product={product} /> },
  ];
  return (
    <div className="page">
      <h1>商品</h1>
      <div className="filters">
        {writes && <Edit />}
        <span className="quiet">点商品编码：商品说明与序列号格式</span>
      </div>
      <Lines asked={asked} columns={columns} rowKey={(product) => product.sku} empty="还没有商品" />
    </div>
  );
}

const yes = (is: boolean): string => (is ? "是" : "否");

/** A new one, or what stands of one; its code names it and stays. */
function Edit({ product }: { product?: Product }) {
  const categories = useCategories();
  const initial = (product as Partial<Body> | undefined) ?? FRESH;
  return (
    <Deed<Body>
      label={product ? "修改" : "新增商品"}
      title={product ? `修改：${product.name}` : undefined}
      size={product && "small"}
      type={product ? undefined : "primary"}
      initial={initial}
      send={(told, once) => http.POST("/api/v1/products", { params: { header: { ...once } }, body: { ...told, sku: product?.sku ?? told.sku } })}
    >
      {!product && <TextField name="sku" label="商品编码" />}
      <TextField name="name" label="名称" />
      <ChoiceField name="category_code" label="品类" options={options(categories)} />
      <ChoiceField name="job_kind" label="工单类型" options={JOB_KINDS} />
      <Form.Item name="needs_installation" valuePropName="checked">
        <Checkbox>须安装</Checkbox>
      </Form.Item>
      <Form.Item name="self_install_allowed" valuePropName="checked">
        <Checkbox>客户可自行安装</Checkbox>
      </Form.Item>
      <NumberField name="lead_days" label="备货天数" least={0} unit="天" />
      <NumberField name="warranty_months" label="质保" least={0} unit="个月" />
    </Deed>
  );
}
