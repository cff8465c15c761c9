import { View } from "@tarojs/components";
import { useState } from "react";

import { useRead } from "@/shell";
import { Button, Choice, Field, Sheet, tell } from "@/parts";

import { bodyOf, formOf, questionsOf, type Question } from "./own";

interface Props {
  action: string;
  onClose: () => void;
  send: (body: Record<string, unknown>) => Promise<unknown>;
}

/** A sheet that asks what a deed of the customer's needs, in his words. */
export function Fill({ action, onClose, send }: Props) {
  const [given, setGiven] = useState<Record<string, string>>({});
  const form = formOf(action);
  if (!form) return null;
  const questions = questionsOf(action, Date.now());
  const done = async () => {
    const lacks = questions.filter((one) => one.required && !given[one.name]);
    if (lacks.length) return tell.failed(`还没有选：${lacks.map((one) => one.label).join("、")}`);
    await send(bodyOf(action, given));
    onClose();
  };
  return (
    <Sheet
      title={form.name}
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id={`do-${action}`} onPress={done}>确定</Button>
          <Button onPress={onClose}>返回</Button>
        </>
      }
    >
      {form.hint && <View className="tz-quiet tz-gap">{form.hint}</View>}
      <Questions all={questions} given={given} onChange={setGiven} />
    </Sheet>
  );
}

interface QuestionsProps {
  all: readonly Question[];
  given: Readonly<Record<string, string>>;
  onChange: (given: Record<string, string>) => void;
}

export function Questions({ all, given, onChange }: QuestionsProps) {
  return (
    <View>
      {all.map(({ name, label, required, options }) => {
        const heard = (value: string) => onChange({ ...given, [name]: value });
        return options.length ? (
          <Choice key={name} label={label} options={options} value={given[name]} onChange={heard} />
        ) : (
          <Field key={name} id={`fill-${name}`} label={label + (required ? "" : "（可不填）")} value={given[name] ?? ""} onChange={heard} long />
        );
      })}
    </View>
  );
}

/** The return visit of a job, on the job's page; answered whole, nothing is asked again, also where somebody rings all the same. */
export function CallAbout({ id, send }: { id: number; send: (body: Record<string, unknown>) => Promise<unknown> }) {
  const { data, again } = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  if (!data?.available_actions.includes("record_answers")) return null;
  return <Call send={async (body) => { await send(body); await again(); }} />;
}

/** The return visit, answered here: whoever has answered all is not rung up. */
export function Call({ send }: { send: (body: Record<string, unknown>) => Promise<unknown> }) {
  const [given, setGiven] = useState<Record<string, string>>({});
  const { data } = useRead("/api/v1/return-visit-questions");
  const form = formOf("record_answers");
  if (!data || !form) return null;
  const questions = questionsOf("record_answers", Date.now(), data.items);
  const left = questions.filter((one) => one.required && !given[one.name]).length;
  return (
    <View className="tz-card tz-card--next">
      <View className="tz-strong">{form.name}</View>
      <View className="tz-quiet tz-gap">{form.hint}</View>
      <Questions all={questions} given={given} onChange={setGiven} />
      <Button kind="main" id="answers" off={left > 0} onPress={() => send(bodyOf("record_answers", given))}>{left ? `还有 ${left} 个问题` : "答好了，提交"}</Button>
    </View>
  );
}
