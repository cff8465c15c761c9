import { Segmented, Tag } from "antd";
import { Link } from "react-router";

import { api, http, type Query, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { HOLD_REASONS, LIFT_REASONS, options, word } from "@/app/words";
import { Deed } from "@/parts/Deed";
import { ChoiceField } from "@/parts/fields";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Hold = Schemas["LegalHold"];

const COLUMNS = [
  { title: "工单", dataIndex: "job_id", render: (id: number) => <Link to={`/jobs/${id}`}>{id}</Link> },
  { title: "原因", dataIndex: "reason", render: (reason: string) => word(HOLD_REASONS, reason) },
  { title: "案号或文号", dataIndex: "reference", render: (reference: string | null) => reference ?? "—" },
  { title: "开始", dataIndex: "placed_at", render: time, className: "numbers" },
  {
    title: "状态",
    render: (_: unknown, hold: Hold) => (hold.lifted_at ? `${time(hold.lifted_at)} 解除：${word(LIFT_REASONS, hold.lifted_for)}` : <Tag color="gold">保留中</Tag>),
  },
  { title: "", render: (_: unknown, hold: Hold) => !hold.lifted_at && <Lift hold={hold} /> },
];

const STATES = [
  { value: "true", label: "保留中" },
  { value: "false", label: "已解除" },
];

/** Jobs whose data must not be deleted, whatever its term. */
export default function LegalHolds() {
  const [filters, set] = useFilters("open");
  const open = filters.open ?? "true";
  const query = { open, limit: 50 } as unknown as Query<"/api/v1/legal-holds">;
  const asked = api.useInfiniteQuery("get", "/api/v1/legal-holds", { params: { query } }, PAGED);
  return (
    <div className="page">
      <h1>依法保留</h1>
      <div className="filters">
        <Segmented options={STATES} value={open} onChange={(value) => set("open", value)} />
      </div>
      <Lines asked={asked} columns={COLUMNS} rowKey={(hold) => hold.id} empty={open === "true" ? "现在没有依法保留的工单" : "没有已解除的保留"} />
    </div>
  );
}

function Lift({ hold }: { hold: Hold }) {
  const may = useMay();
  if (!may("POST /api/v1/legal-holds/{hold_id}/lift")) return null;
  return (
    <Deed<Schemas["LiftBody"]>
      size="small"
      label="解除保留"
      title={`解除保留：工单 ${hold.job_id}`}
      send={(body, once) => http.POST("/api/v1/legal-holds/{hold_id}/lift", { params: { path: { hold_id: hold.id }, header: { ...once } }, body })}
    >
      <ChoiceField name="reason" label="原因" options={options(LIFT_REASONS)} />
    </Deed>
  );
}
