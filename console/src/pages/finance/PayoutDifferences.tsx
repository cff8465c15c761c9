import { Alert, Card, Table } from "antd";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { Deed } from "@/parts/Deed";
import { TextField } from "@/parts/fields";
import { Loaded } from "@/parts/Loaded";
import { FEN } from "./columns";

type Difference = Schemas["PayoutDifference"];

const COLUMNS = [
  { title: "差异", dataIndex: "title" },
  { title: "结算单", dataIndex: "statement_id", render: (id: number | null) => id && <Link to={`/statements/${id}`}>{id}</Link> },
  { title: "批次", dataIndex: "batch_id" },
  { title: "流水号", dataIndex: "number" },
  { title: "我方", dataIndex: "ours_fen", ...FEN },
  { title: "对方", dataIndex: "theirs_fen", ...FEN },
  { title: "分录", dataIndex: "entry_id", render: (id: number | null) => id && <Link to={`/ledger/${id}`}>{id}</Link> },
  { title: "说明", render: (_: unknown, one: Difference) => one.memo ?? <Note of={one} /> },
];

/** Where ledger, batches, banks and WeChat disagree: agreement is said, too. */
export function PayoutDifferences() {
  const asked = api.useQuery("get", "/api/v1/payout-differences");
  return (
    <Loaded asked={asked}>
      {({ differences }) =>
        differences.length === 0 ? (
          <Alert type="success" showIcon style={{ marginBottom: 16 }} title="总账、付款与银行、微信的结果一致，没有差异" />
        ) : (
          <Card size="small" style={{ marginBottom: 16 }} title={`对账差异（${differences.length}）`}>
            <Table size="small" pagination={false} columns={COLUMNS} dataSource={differences} rowKey="key" />
          </Card>
        )
      }
    </Loaded>
  );
}

const Note = ({ of }: { of: Difference }) => (
  <Deed<{ memo: string }>
    size="small"
    label="说明差异"
    send={({ memo }, once) => http.POST("/api/v1/payout-differences/notes", { params: { header: { ...once } }, body: { key: of.key, memo } })}
  >
    <p>{of.title}。说明后仍列在这里，不再报警。</p>
    <TextField name="memo" label="查明的情况" long most={500} />
  </Deed>
);
