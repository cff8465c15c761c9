import { Table } from "antd";

import type { Page } from "@/app/page";
import { open, PAGES } from "@/app/pages";
import { ROLES } from "@/app/words";

const STAFF = Object.entries(ROLES).filter(([role]) => !["system", "customer"].includes(role));

const COLUMNS = [
  { title: "页面", dataIndex: "title" },
  { title: "地址", dataIndex: "path" },
  { title: "读取的接口", dataIndex: "needs", render: (needs: Page["needs"]) => needs.map((need) => <div key={need}>{need}</div>) },
  ...STAFF.map(([role, name]) => ({
    title: name,
    key: role,
    align: "center" as const,
    render: (_: unknown, page: Page) => (open(page, role) ? "可见" : <span className="quiet">—</span>),
  })),
];

/** Which page is open to which role: the console's own table, made of the API's permissions. */
export default function Access() {
  return (
    <div className="page">
      <h1>岗位与页面</h1>
      <Table size="small" pagination={false} columns={COLUMNS} dataSource={[...PAGES]} rowKey="path" />
    </div>
  );
}
