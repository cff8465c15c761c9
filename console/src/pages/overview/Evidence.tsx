import { api, type Schemas } from "@/api/client";
import { Panel, type Period } from "./Panel";
import { column, COUNT } from "./weeks";

type Row = Schemas["EvidenceWeek"];

const useEvidence = (period: Period) => api.useQuery("get", "/api/v1/reports/evidence-weeks", { params: { query: period } });
const DETAIL = "/estimates";

export function Failed({ period }: { period: Period }) {
  const asked = useEvidence(period);
  const judged = (of: (row: Row) => number) => (row: Row) => (row.rate_bp == null ? null : of(row));
  const lines = (rows: readonly Row[]) => [
    { name: "不合格率（估计）", of: column(rows, (row) => row.rate_bp) },
    { name: "95 % 区间下限", of: column(rows, judged((row) => row.low_bp)), dashed: true },
    { name: "95 % 区间上限", of: column(rows, judged((row) => row.high_bp)), dashed: true },
  ];
  return <Panel title="稽核不合格率" note="若每一单都稽核，会有多少不合格：估计值和它的 95 % 区间，区间越宽越说不准。" name="evidence-weeks" detail={DETAIL} empty="这段时间没有稽核过工单。" {...{ period, asked, lines }} />;
}

export function Reused({ period }: { period: Period }) {
  const asked = useEvidence(period);
  const lines = (rows: readonly Row[]) => [{ name: "重复使用的照片", of: column(rows, (row) => row.reused) }];
  return <Panel title="查到重复使用的照片" note="别的工单已经用过的照片，每周查到几张。" name="evidence-weeks" detail="/photo-wall?finding=reused" scale={COUNT} bars empty="这段时间没有查到重复使用的照片。" {...{ period, asked, lines }} />;
}
