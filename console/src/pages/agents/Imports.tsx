import { Button, Form, Select, Tag, Upload } from "antd";
import { useState } from "react";
import { useMutation } from "@tanstack/react-query";

import { api, http, type Query, type Schemas } from "@/api/client";
import { IMPORTS, word } from "@/app/words";
import { useChannels } from "@/parts/channels";
import { type Chosen, formOf } from "@/parts/fields";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";
import { useTold } from "@/parts/told";

type Progress = Schemas["Progress"];

const GOING = new Set(["waiting", "running"]);
const COLOURS: Readonly<Record<string, string>> = { waiting: "default", running: "blue", done: "green", failed: "red" };

/** Order files on their way in: how far each is, and the rows that must be mended. */
export default function Imports() {
  const [filters, set] = useFilters("channel");
  const shops = useChannels();
  const query = { channel_id: number(filters.channel), limit: 50 } as Query<"/api/v1/order-imports">;
  const asked = api.useInfiniteQuery("get", "/api/v1/order-imports", { params: { query } }, {
    ...PAGED,
    refetchInterval: ({ state }: { state: { data?: { pages: { items: Progress[] }[] } } }) =>
      state.data?.pages.some((page) => page.items.some((one) => GOING.has(one.state))) ? 1_000 : false,
  });
  const name = new Map(shops.map((shop) => [shop.id, shop.name]));
  const options = shops.map((shop) => ({ value: shop.id, label: shop.name }));
  const columns = [
    { title: "文件", dataIndex: "filename" },
    { title: "店铺", dataIndex: "channel_id", render: (id: number) => name.get(id) ?? id },
    { title: "上传", dataIndex: "created_at", render: time },
    { title: "状态", dataIndex: "state", render: (state: string, line: Progress) => <State line={line} state={state} /> },
    ...(["read", "new", "changed", "same"] as const).map((kind, place) => ({
      title: ["读取行", "新增", "变更", "未变"][place],
      dataIndex: `rows_${kind}`,
      align: "right" as const,
      className: "numbers",
    })),
    { title: "有误", dataIndex: "rows_bad", align: "right" as const, className: "numbers", render: (bad: number, line: Progress) => <Bad bad={bad} id={line.id} /> },
  ];
  return (
    <div className="page">
      <h1>订单导入</h1>
      <Send options={options} />
      <div className="filters">
        <Select allowClear aria-label="店铺" placeholder="店铺" style={{ width: 180 }} options={options} value={number(filters.channel)} onChange={(id) => set("channel", id)} />
      </div>
      <Lines asked={asked} columns={columns} rowKey={(line) => line.id} empty="还没有导入过文件" />
    </div>
  );
}

const Bad = ({ bad, id }: { bad: number; id: number }) =>
  bad === 0 ? <>0</> : <a href={`/api/v1/order-imports/${id}/errors.csv`}>{bad} 行，下载错误文件</a>;

function State({ line, state }: { line: Progress; state: string }) {
  return (
    <>
      <Tag color={COLOURS[state]}>{word(IMPORTS, state)}</Tag>
      {line.error && <span className="quiet">{line.error}</span>}
    </>
  );
}

/** The file goes up at once; what follows is seen in the list. */
function Send({ options }: { options: { value: number; label: string }[] }) {
  const [shop, setShop] = useState<number>();
  const [files, setFiles] = useState<Chosen[]>([]);
  const told = useTold("文件已上传，正在导入");
  const send = useMutation({
    mutationFn: () =>
      http.POST("/api/v1/order-imports", {
        body: { channel_id: shop!, file: "" },
        bodySerializer: () => formOf(files, { channel_id: String(shop) }),
      }),
    onSuccess: async () => {
      setFiles([]);
      await told.onSuccess();
    },
    onError: told.onError,
  });
  return (
    <Form layout="inline" style={{ marginBottom: 16 }} onFinish={() => send.mutate()}>
      <Form.Item label="导入到" htmlFor="shop">
        <Select id="shop" placeholder="选择店铺" style={{ width: 180 }} options={options} value={shop} onChange={setShop} />
      </Form.Item>
      <Form.Item>
        <Upload accept=".csv,.xlsx" maxCount={1} beforeUpload={() => false} fileList={files as never} onChange={({ fileList }) => setFiles(fileList.slice(-1))}>
          <Button>选择文件（CSV 或 XLSX）</Button>
        </Upload>
      </Form.Item>
      <Form.Item>
        <Button type="primary" htmlType="submit" disabled={!shop || files.length === 0} loading={send.isPending}>
          上传
        </Button>
      </Form.Item>
      <Form.Item>
        模板：<a href="/api/v1/order-imports/template.csv">CSV</a>　<a href="/api/v1/order-imports/template.xlsx">XLSX</a>
      </Form.Item>
    </Form>
  );
}
