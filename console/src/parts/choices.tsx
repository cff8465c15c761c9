import { DatePicker, Radio, Select, Space } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";

import { api, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { now } from "./days";
import { metres, span } from "./format";

/** Fields of a job's dialogues that are chosen from what there is, not typed. */
interface Of<T> {
  id?: string;
  jobId: number;
  value?: T;
  onChange?: (value: T) => void;
}

const params = (jobId: number) => ({ params: { path: { job_id: jobId } } });
const nothing = (asked: { isPending: boolean; error: unknown }, words: string) =>
  asked.error ? said(asked.error) : asked.isPending ? "正在读取…" : words;

/** Dealers in the order of dispatch, with what speaks against those that it would not ask. */
export function DealersChoice({ id, jobId, value, onChange }: Of<number[]>) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/dispatch", params(jobId));
  const group = (kept: boolean, label: string) => ({
    label,
    options: (asked.data?.current ?? []).filter((line) => line.kept === kept).map((line) => ({ value: line.dealer_id, label: told(line) })),
  });
  return (
    <Select
      id={id}
      mode="multiple"
      optionFilterProp="label"
      loading={asked.isPending}
      notFoundContent={nothing(asked, "没有覆盖该地址的网点")}
      options={[group(true, "可派（按派单顺序）"), group(false, "不符合派单条件")].filter((one) => one.options.length > 0)}
      value={value}
      onChange={onChange}
    />
  );
}

const told = (line: Schemas["FunnelLine"]): string => {
  const against = line.kept ? undefined : line.steps.find((step) => !step.ok)?.words;
  return [line.dealer_name, line.distance_m == null ? "" : metres(line.distance_m), against].filter(Boolean).join(" · ");
};

/** The people of the dealer that has the job. */
export function InstallerChoice({ id, jobId, value, onChange }: Of<number>) {
  const job = api.useQuery("get", "/api/v1/jobs/{job_id}", params(jobId)).data;
  const asked = api.useQuery(
    "get",
    "/api/v1/dealers/{dealer_id}/installers",
    { params: { path: { dealer_id: job?.dealer_id ?? 0 }, query: { limit: 100 } } },
    { enabled: job?.dealer_id != null },
  );
  const people = (asked.data?.items ?? []).filter((one) => one.status === "active");
  const level = (one: Schemas["InstallerLine"]) => one.skills.find((skill) => skill.category_code === job?.category_code)?.level;
  return (
    <Select
      id={id}
      showSearch
      optionFilterProp="label"
      loading={asked.isPending}
      notFoundContent={nothing(asked, "网点没有在岗师傅")}
      options={people.map((one) => ({ value: one.person_id, label: `${one.name}${level(one) ? ` · ${level(one)} 级` : " · 没有该品类技能"}` }))}
      value={value}
      onChange={onChange}
    />
  );
}

type Span = Schemas["WindowBody"];
const OTHER = "other";

/** The free windows of the next days; another one only on purpose. */
export function WindowChoice({ id, jobId, value, onChange }: Of<Span>) {
  const [free, setFree] = useState(false);
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/windows", params(jobId));
  const choose = (start: string) => {
    setFree(start === OTHER);
    const chosen = asked.data?.items.find((one) => one.start === start);
    if (chosen) onChange?.({ start: chosen.start, end: chosen.end });
  };
  const options = (asked.data?.items ?? []).map((one) => ({
    value: one.start,
    label: `${span(one.start, one.end)}${one.left == null ? "" : ` · 余 ${one.left} 台`}${one.together.length ? " · 与同址工单一起" : ""}`,
  }));
  return (
    <Space direction="vertical" style={{ width: "100%" }}>
      <Select
        id={id}
        loading={asked.isPending}
        placeholder={nothing(asked, options.length ? "请选择" : "近 7 天没有空档")}
        options={[...options, { value: OTHER, label: "其他时段…" }]}
        value={free ? OTHER : value?.start}
        onChange={choose}
        style={{ width: "100%" }}
      />
      {free && <FreeSpan onChange={onChange} />}
    </Space>
  );
}

function FreeSpan({ onChange }: { onChange?: (value: Span) => void }) {
  const take = (chosen: [Dayjs | null, Dayjs | null] | null) =>
    chosen?.[0] && chosen[1] && onChange?.({ start: chosen[0].toISOString(), end: chosen[1].toISOString() });
  return (
    <DatePicker.RangePicker
      showTime={{ format: "HH:mm", minuteStep: 30 }}
      format="YYYY-MM-DD HH:mm"
      minDate={dayjs(now())}
      onChange={take}
      style={{ width: "100%" }}
    />
  );
}

type Answer = Schemas["AnswerBody"];

/** The questions of a return visit, read out on the telephone. */
export function AnswersChoice({ value = [], onChange }: { value?: Answer[]; onChange?: (value: Answer[]) => void }) {
  const asked = api.useQuery("get", "/api/v1/return-visit-questions");
  const answer = (question: string, given: string) =>
    onChange?.([...value.filter((one) => one.question !== question), { question, answer: given }]);
  if (!asked.data) return <>{nothing(asked, "没有问题")}</>;
  return (
    <Space direction="vertical" size="middle">
      {asked.data.items.map(({ code, text, options }) => (
        <div key={code} role="group" aria-label={text}>
          <div style={{ marginBottom: 4 }}>{text}</div>
          <Radio.Group
            options={options.map((one) => ({ value: one.code, label: one.words }))}
            value={value.find((one) => one.question === code)?.answer}
            onChange={({ target }) => answer(code, String(target.value))}
          />
        </div>
      ))}
    </Space>
  );
}

type Appraisal = Schemas["AppraisalBody"];
const PARTS = { package: "外包装", exterior: "外观", function: "功能" } as const;
const CONDITIONS = [
  { value: "intact", label: "完好" },
  { value: "damaged", label: "损坏" },
  { value: "unknown", label: "不清楚" },
] as const;
const UNKNOWN: Appraisal = { package: "unknown", exterior: "unknown", function: "unknown" };

/** How the goods were found, part by part. */
export function AppraisalChoice({ value = UNKNOWN, onChange }: { value?: Appraisal; onChange?: (value: Appraisal) => void }) {
  return (
    <Space direction="vertical">
      {(Object.keys(PARTS) as (keyof typeof PARTS)[]).map((part) => (
        <div key={part} role="group" aria-label={PARTS[part]}>
          {PARTS[part]}：
          <Radio.Group options={[...CONDITIONS]} value={value[part]} onChange={({ target }) => onChange?.({ ...value, [part]: target.value })} />
        </div>
      ))}
    </Space>
  );
}
