import { Checkbox, Form, Select, Table } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { CERTIFICATES, options, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { Loaded } from "@/parts/Loaded";

type Category = Schemas["CategoryLine"];
type Body = Schemas["CategoryBody"];

const COLUMNS = [
  { title: "品类", dataIndex: "name" },
  { title: "编码", dataIndex: "code" },
  { title: "师傅须持证", dataIndex: "certificates", render: (kinds: string[]) => kinds.map((kind) => word(CERTIFICATES, kind)).join("、") || "—" },
  { title: "网点须授权", dataIndex: "needs_authorisation", render: (needs: boolean) => (needs ? "是" : "否") },
  {
    title: "拍照清单",
    render: (_: unknown, { code, checklist_version }: Category) => <Link to={`/categories/${code}`}>{checklist_version ? `第 ${checklist_version} 版` : "还没有"}</Link>,
  },
  { title: "", render: (_: unknown, category: Category) => <Edit category={category} /> },
];

/** What kinds of goods there are, who may install them, and which photos prove it. */
export default function Categories() {
  const asked = api.useQuery("get", "/api/v1/categories");
  return (
    <div className="page">
      <h1>品类与拍照清单</h1>
      <div className="filters">
        <Edit />
      </div>
      <Loaded asked={asked}>
        {({ items }) => <Table size="small" pagination={false} columns={COLUMNS} dataSource={items} rowKey="code" locale={{ emptyText: "还没有品类" }} />}
      </Loaded>
    </div>
  );
}

function Edit({ category }: { category?: Category }) {
  return (
    <Deed<Body>
      label={category ? "修改" : "新增品类"}
      title={category ? `修改：${category.name}` : undefined}
      size={category && "small"}
      type={category ? undefined : "primary"}
      initial={category as Body | undefined}
      send={(told, once) => http.POST("/api/v1/categories", { params: { header: { ...once } }, body: { ...told, code: category?.code ?? told.code } })}
    >
      {!category && <TextField name="code" label="编码" help="字母、数字、下划线；以后不能改" />}
      <TextField name="name" label="名称" />
      <Form.Item name="certificates" label="师傅须持证">
        <Select mode="multiple" options={options(CERTIFICATES)} />
      </Form.Item>
      <Form.Item name="needs_authorisation" valuePropName="checked">
        <Checkbox>网点须经品牌授权才能装</Checkbox>
      </Form.Item>
    </Deed>
  );
}
