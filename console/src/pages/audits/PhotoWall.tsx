import { Button, Empty, InputNumber, Select } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";

import type { Query } from "@/api/client";
import { useMe } from "@/app/session";
import { AUDITS, FINDINGS, options, word } from "@/app/words";
import { DealerPick } from "@/parts/dealers";
import { number, useFilters } from "@/parts/filters";
import { Loaded } from "@/parts/Loaded";
import "./audits.css";
import { FailForm } from "./FailForm";
import { Grid } from "./Grid";
import { Panel } from "./Panel";
import { SlotPick } from "./SlotPick";
import { REASON_KEYS, useMarks } from "./marks";
import { Undo, useVerdicts } from "./verdicts";
import { Viewer } from "./Viewer";
import { type At, type Shown, useIndex } from "./wall";

const STATES = [...["waiting", "evidence_asked", "passed", "failed"].map((value) => ({ value, label: word(AUDITS, value) })), { value: "all", label: "全部" }];

/** Photos by the thousand, riskiest jobs first, judged by the keyboard. */
export default function PhotoWall() {
  const [filters, set] = useFilters("state", "job_id", "slot", "dealer_id", "finding");
  const query = { ...filters, job_id: number(filters.job_id), dealer_id: number(filters.dealer_id) } as Query<"/api/v1/photos">;
  const asked = useIndex(query);
  return (
    <div className="page">
      <h1>照片墙</h1>
      <div className="filters">
        <Select aria-label="稽核状态" style={{ width: 120 }} options={STATES} value={filters.state ?? "waiting"} onChange={(value) => set("state", value)} />
        <InputNumber aria-label="工单号" placeholder="工单号" controls={false} style={{ width: 110 }} value={number(filters.job_id) ?? null} onChange={(value) => set("job_id", value)} />
        <SlotPick value={filters.slot} onChange={(value) => set("slot", value)} />
        <DealerPick value={number(filters.dealer_id)} onChange={(value) => set("dealer_id", value)} />
        <Select aria-label="发现" allowClear placeholder="发现" style={{ width: 150 }} options={options(FINDINGS)} value={filters.finding} onChange={(value) => set("finding", value)} />
        <Button loading={asked.isFetching} onClick={() => void asked.refetch()}>
          刷新
        </Button>
      </div>
      <Loaded asked={asked}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty description="没有符合条件的照片" />
          ) : (
            <Wall key={JSON.stringify(query)} index={items} more={more} />
          )
        }
      </Loaded>
    </div>
  );
}

type Face = "zoom" | "compare" | "fail" | null;

function Wall({ index, more }: { index: readonly At[]; more: boolean }) {
  const { role } = useMe();
  const [at, setAt] = useState(0);
  const [shown, show] = useState<Shown>();
  const [face, setFace] = useState<Face>(null);
  const verdicts = useVerdicts();
  const marks = useMarks();
  const move = useCallback((step: number) => setAt((now) => Math.max(0, Math.min(index.length - 1, now + step))), [index]);
  const jobs = useMemo(() => new Set(index.map((one) => one.job_id)).size, [index]);
  const here = index[at] ?? index[index.length - 1]!;
  const toJob = (way: 1 | -1) => setAt(jobStart(index, at, way, verdicts.told));
  const pass = () => {
    verdicts.say(here.job_id, { verdict: "pass", fraud: false, photos: [] });
    marks.clear(here.job_id);
    toJob(1);
  };
  const undo = () => {
    const jobId = verdicts.undo();
    const back = index.findIndex((one) => one.job_id === jobId);
    if (back >= 0) setAt(back);
  };
  const judging = role === "auditor" && shown?.job.audit === "waiting" && !shown.job.spoken && !verdicts.told.has(here.job_id);
  const press = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || face === "fail") return;
    const deeds: Record<string, () => void> = {
      n: () => toJob(1), b: () => toJob(-1), u: undo, z: () => setFace("zoom"), Enter: () => setFace("zoom"), c: () => setFace("compare"),
      ...(judging && { p: pass, f: () => setFace("fail") }),
    }; // prettier-ignore
    const reason = judging && REASON_KEYS.get(event.key);
    const deed = reason ? () => marks.toggle(here, reason) : deeds[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!deed || (event.key === "Enter" && event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    deed();
  };
  // Whatever was pressed or closed, the arrows go on with the photos.
  useEffect(() => {
    if (face === null) document.querySelector<HTMLElement>(".wall")?.focus();
  }, [face, at]);
  return (
    <div onKeyDown={press}>
      <p className="quiet" style={{ margin: "0 0 8px" }}>
        {index.length} 张照片，{jobs} 个工单，第 {at + 1} 张{more && "；只列出 10,000 张，请缩小范围"}
      </p>
      <div className="wall-page">
        <Grid index={index} at={at} onMove={move} onOpen={() => setFace("zoom")} told={(jobId) => verdicts.told.get(jobId)} marked={marks.has} onShown={show} />
        <Panel shown={shown} judging={judging} told={verdicts.told.get(here.job_id)} marks={marks.of(here.job_id)} onMark={(reason) => marks.toggle(here, reason)} onPass={pass} onFace={setFace} />
      </div>
      {(face === "zoom" || face === "compare") && <Viewer photoId={here.id} comparing={face === "compare"} onStep={move} onClose={() => setFace(null)} />}
      {face === "fail" && <FailForm jobId={here.job_id} marks={marks.of(here.job_id)} onClose={() => setFace(null)} onSay={(body) => {
            setFace(null);
            verdicts.say(here.job_id, body);
            marks.clear(here.job_id);
            toJob(1);
          }}
        />}
      <Undo waiting={verdicts.waiting} onUndo={undo} />
    </div>
  );
}

const typing = (target: EventTarget) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** The first photo of the next job that nothing was said of, or of the job before. */
function jobStart(index: readonly At[], at: number, way: 1 | -1, told: ReadonlyMap<number, string>): number {
  const jobId = index[at]?.job_id;
  let place = at;
  while (index[place] && (index[place]!.job_id === jobId || (way === 1 && told.has(index[place]!.job_id)))) place += way;
  const found = index[place];
  if (!found) return at;
  return index.findIndex((one) => one.job_id === found.job_id);
}

