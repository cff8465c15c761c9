import { Alert, Card, Result, Tabs } from "antd";
import { Link, useParams } from "react-router";

import { api, http } from "@/api/client";
import { useMay } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { Loaded } from "@/parts/Loaded";
import { Guides } from "./Guides";

/** One product: what is said about it before and during the installation, and what its serial number looks like. */
export default function Product() {
  const { sku } = useParams();
  const [filters, set] = useFilters("tab");
  if (!sku) return <Result status="404" title="没有这个商品" />;
  const tabs = [
    { key: "guide", label: "商品说明", children: <Guides sku={sku} /> },
    { key: "serial", label: "序列号格式", children: <SerialForm sku={sku} /> },
  ];
  return (
    <div className="page">
      <h1>
        <Link to="/products">商品</Link> / {sku}
      </h1>
      <Tabs items={tabs} activeKey={filters.tab ?? "guide"} onChange={(tab) => set("tab", tab)} destroyOnHidden />
    </div>
  );
}

function SerialForm({ sku }: { sku: string }) {
  const may = useMay();
  const path = { sku };
  const asked = api.useQuery("get", "/api/v1/products/{sku}/serial-form", { params: { path } });
  return (
    <Loaded asked={asked}>
      {({ pattern }) => (
        <Card size="small" style={{ maxWidth: 760 }}>
          {pattern ? <Alert type="info" title={<code>{pattern}</code>} description="师傅提交时，序列号须整个符合它。" /> : <Alert type="info" title="没有规定：任何序列号都收" />}
          {may("PUT /api/v1/products/{sku}/serial-form") && (
            <div style={{ marginTop: 12 }}>
              <Deed<{ pattern?: string }>
                label="修改格式"
                initial={{ pattern: pattern ?? undefined }}
                send={(told, once) => http.PUT("/api/v1/products/{sku}/serial-form", { params: { path, header: { ...once } }, body: { pattern: told.pattern || null } })}
              >
                <p>已经提交的不受影响。留空：不作规定。</p>
                <TextField name="pattern" label="正则表达式" free help="例如 [A-Z]{2}[0-9]{8}" />
              </Deed>
            </div>
          )}
        </Card>
      )}
    </Loaded>
  );
}
