import { Button, Drawer, Form, Select, Space, Tag } from "antd";
import { useState } from "react";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay, useMe } from "@/app/session";
import { DECLARATIONS, options, type Words, word } from "@/app/words";
import { DealerName, DealerPick } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { type Chosen, FileField, formOf, MoneyField, NumberField, TextField } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { Loaded } from "@/parts/Loaded";
import { FEN, WORDS } from "./columns";

type Declared = Schemas["Declaration"];

const COLOURS: Words = { declared: "gold", verified: "green", refused: "red" };

const COLUMNS = [
  { title: "网点", dataIndex: "dealer_id", render: (id: number) => <DealerName id={id} /> },
  { title: "年度", dataIndex: "year" },
  { title: "市场（区划）", dataIndex: "division_name", render: (name: string, one: Declared) => `${name} ${one.division_code}` },
  { title: "申报", dataIndex: "declared_fen", ...FEN },
  { title: "核定", dataIndex: "verified_fen", ...FEN },
  { title: "状态", dataIndex: "state", render: (state: string) => <Tag color={COLOURS[state]}>{word(DECLARATIONS, state)}</Tag> },
  { title: "说明", dataIndex: "reason", ...WORDS },
  { title: "申报时间", dataIndex: "declared_at", render: time },
  { title: "", render: (_: unknown, one: Declared) => <Papers declared={one} /> },
];

/** Offline sales as dealers declare them, with their papers; finance verifies, for the year's reward. */
export default function Declarations() {
  const may = useMay();
  const [filters, set] = useFilters("dealer_id", "year", "state");
  const query = { state: filters.state, dealer_id: number(filters.dealer_id), year: number(filters.year), limit: 50 } as Query<"/api/v1/alliance/declarations">;
  const asked = api.useInfiniteQuery("get", "/api/v1/alliance/declarations", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>线下销售申报</h1>
      <div className="filters">
        <Select allowClear placeholder="状态" aria-label="状态" style={{ width: 120 }} options={options(DECLARATIONS)} value={filters.state} onChange={(value) => set("state", value)} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        {may("POST /api/v1/alliance/declarations") && <Declare />}
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(one) => one.id} empty="没有申报" />
    </div>
  );
}

function Declare() {
  const me = useMe();
  return (
    <Deed<Schemas["DeclarationBody"]> label="申报销售额" send={(body, once) => http.POST("/api/v1/alliance/declarations", { params: { header: { ...once } }, body })}>
      {me.dealer_id == null && (
        <Form.Item name="dealer_id" label="网点" rules={[{ required: true, message: "请选择网点" }]}>
          <DealerPick />
        </Form.Item>
      )}
      <NumberField name="year" label="年度" least={2000} help="今年或前两年" />
      <TextField name="division_code" label="市场的区划代码" help="六位，须在服务范围之内" />
      <MoneyField name="declared_fen" label="线下销售额" />
    </Deed>
  );
}

function Papers({ declared }: { declared: Declared }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {declared.state === "declared" ? "附件与核定" : "附件"}
      </Button>
      <Drawer open={open} onClose={() => setOpen(false)} size={480} title={`${declared.year} 年申报 ${FEN.render(declared.declared_fen)}`} destroyOnHidden>
        <Files declared={declared} />
      </Drawer>
    </>
  );
}

function Files({ declared }: { declared: Declared }) {
  const path = { declaration_id: declared.id };
  const asked = api.useQuery("get", "/api/v1/alliance/declarations/{declaration_id}", { params: { path } });
  const may = useMay();
  const me = useMe();
  const waits = declared.state === "declared";
  return (
    <Loaded asked={asked}>
      {({ files }) => (
        <>
          <ul className="plain">
            {files.map((file, at) => (
              <li key={file.id}>
                <a href={`/api/v1/alliance/declarations/${declared.id}/files/${file.id}`}>附件 {at + 1}</a> <span className="quiet">{file.media}，{Math.ceil(file.size_bytes / 1024)} KB</span>
              </li>
            ))}
          </ul>
          {files.length === 0 && <p>没有附件。</p>}
          <Space wrap>
            {waits && may("POST /api/v1/alliance/declarations/{declaration_id}/files") && (
              <Deed<{ file: Chosen[] }>
                label="上传附件"
                send={({ file }, once) => http.POST("/api/v1/alliance/declarations/{declaration_id}/files", { params: { path, header: { ...once } }, body: formOf(file) })}
              >
                <FileField name="file" label="PDF、JPEG 或 PNG，不超过 5 MB" accept=".pdf,.jpg,.jpeg,.png" />
              </Deed>
            )}
            {waits && me.dealer_id == null && may("POST /api/v1/alliance/declarations/{declaration_id}/verify") && <Verdict declared={declared} />}
          </Space>
        </>
      )}
    </Loaded>
  );
}

function Verdict({ declared }: { declared: Declared }) {
  const path = { declaration_id: declared.id };
  return (
    <>
      <Deed<Schemas["VerifyBody"]>
        type="primary"
        label="核定"
        initial={{ verified_fen: declared.declared_fen }}
        send={(body, once) => http.POST("/api/v1/alliance/declarations/{declaration_id}/verify", { params: { path, header: { ...once } }, body })}
      >
        <MoneyField name="verified_fen" label="核定金额" />
        <TextField name="reason" label="与申报不同时的理由" free long most={200} />
      </Deed>
      <Deed<{ reason: string }> label="退回" send={(body, once) => http.POST("/api/v1/alliance/declarations/{declaration_id}/refuse", { params: { path, header: { ...once } }, body })}>
        <TextField name="reason" label="退回原因" long most={200} />
      </Deed>
    </>
  );
}
