import { View } from "@tarojs/components";
import Taro from "@tarojs/taro";
import { useEffect } from "react";

import type { JobPage } from "@/api";
import { Contact, DeedCard, PutAway, useJob } from "@/shell";
import { HELD } from "@/made/words";
import { Failed, Icon, Loading, Old, Tag, Time } from "@/parts";

import { Extras } from "./Extras";
import { Gone } from "./Gone";
import { Moved } from "./Moved";
import { Ahead, Next } from "./Next";
import { Promised } from "./Promised";
import { Slots } from "./Slots";
import { Trouble } from "./Trouble";

// What an installer should know of a job that is not simply next.
const MEANS: Readonly<Record<string, string>> = {
  accepted: "还没有约好时间。网点约好以后会告诉您。",
  submitted: "已经交了。客户在旁边，就请他把验收码告诉您；不在也不要紧，他以后自己确认。",
  suspended: "这一单先放着，网点会再约时间。做过的都留着。",
  rework: "这一单要返工。返工的上门会另外派给师傅。",
  cancelled: "这一单取消了，不用上门。做过的都留着；已经到过门口的，请告诉网点，可以算空跑费。",
  confirmed: "客户已经验收。",
  closed: "这一单已经完结，收入已记账。",
};

/** One job on one screen, from the way there to the customer's code. */
export function InstallerJob({ id }: { id: number }) {
  const { data: job, failed, gone, old, at, again, waiting } = useJob(id);
  const refused = waiting.filter((one) => one.state === "refused");
  useEffect(() => void (refused.length && again()), [refused.length]); // what was refused tells of a change unheard of
  useEffect(() => void Taro.pageScrollTo({ scrollTop: 0 }), [job?.status]);
  if (gone) return <Gone waiting={waiting} />;
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const may = job.available_actions;
  const working = may.includes("submit"); // then the work comes first on the screen, before it the way
  const here = working || may.includes("check_in");
  const asked = job.audit === "evidence_asked";
  const means = asked ? undefined : MEANS[job.status];
  return (
    <View>
      <View className="tz-title">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
      <View className="tz-row">
        <Tag kind={job.status === "cancelled" ? "bad" : "good"}>{job.status_name}</Tag>
        {job.window_start && <Time at={job.window_start} until={job.window_end} />}
      </View>
      <Old old={old} at={at} />
      <Moved job={job} />
      <PutAway waiting={refused} />
      {refused.map((one) => <DeedCard key={one.deed.id} one={one} here />)}
      {job.held && <View className="tz-note tz-note--bad"><Icon name="warn" />先别上门，等客服通知：{HELD[job.held] ?? "原因见通知"}</View>}
      {means && <View className={job.status === "cancelled" ? "tz-note tz-note--bad" : "tz-note"}>{means}</View>}
      {asked && <Asked job={job} />}
      {!here && <Ahead job={job} />}
      {!working && !asked && <Contact job={job} />}
      {here && !working && <Promised job={job} />}
      {(here || asked) && <Slots job={job} waiting={waiting} again={again} />}
      <Extras job={job} />
      {working && <Promised job={job} />}
      {working && <Contact job={job} />}
      <Trouble job={job} />
      <Next job={job} waiting={waiting} />
    </View>
  );
}

/** The audit wants to see something again; by when. */
function Asked({ job }: { job: JobPage }) {
  const clock = job.clocks.find((one) => one.kind === "supplement" && !one.stopped_at);
  return (
    <View className="tz-note tz-note--bad">
      <Icon name="warn" />稽核要补照片，不用再上门。
      {clock?.due_at && <View>请在 <Time at={clock.due_at} /> 前补好。</View>}
    </View>
  );
}
