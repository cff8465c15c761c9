import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import type { Waiting } from "@/offline";
import { onward, replace, useDeeds, useRead, useWaiting } from "@/shell";
import { Bar, Button, Card, Icon, tell } from "@/parts";
import { platform } from "@/platform";

import { CheckIn } from "./CheckIn";
import { Code } from "./Code";
import { beside, finished, following } from "./days";
import { hours, Way } from "./Stops";
import { Submit } from "./Submit";

interface Props {
  job: JobPage;
  waiting: readonly Waiting[];
}

/** The one deed that comes next, at the thumb. */
export function Next({ job, waiting }: Props) {
  const may = new Set(job.available_actions);
  if (may.has("check_in")) return <CheckIn job={job} />;
  if (may.has("submit")) return <Submit job={job} />;
  if (may.has("supplement")) return <Supplement job={job} waiting={waiting} />;
  return <Onward job={job} />;
}

/** What lies ahead of this job: another at this door, else the next door. */
function useAhead(job: JobPage) {
  const { data } = useRead("/api/v1/me/day");
  const done = finished(useWaiting());
  const stops = data?.stops ?? [];
  const here = beside(stops, job.id, done);
  return { here, stop: here ? undefined : following(stops, job.id, done) };
}

/** Done here: the customer's code if he is at hand, then on. */
function Onward({ job }: { job: JobPage }) {
  const [open, setOpen] = useState(false);
  const { here, stop } = useAhead(job);
  const next = here?.id ?? stop?.jobs[0]?.id;
  const go = () => (next ? onward("job", { id: next }) : replace("home"));
  const code = job.available_actions.includes("confirm");
  return (
    <View>
      <Bar>
        <Button kind={code ? undefined : "main"} id="next-job" onPress={go}>{here ? "做下一单" : next ? "去下一站" : "回到今天的路线"}</Button>
        {code && <Button kind="main" id="enter-code" onPress={() => setOpen(true)}>输入验收码</Button>}
      </Bar>
      {open && <Code job={job} onClose={() => setOpen(false)} />}
    </View>
  );
}

/** The next stop with its way, in the eye as soon as this one is done. */
export function Ahead({ job }: { job: JobPage }) {
  const { here, stop } = useAhead(job);
  if (here) return <Card kind="next" title="这一家还有一单">{here.product_name}</Card>;
  if (!stop) return null;
  const { address } = stop;
  return (
    <Card kind="next" title={`下一站 ${hours(stop)}`}>
      <View className="tz-strong">{address ?? "地址还不清楚，请先联系网点"}</View>
      <Way stop={stop} />
      {address && <Button small id="next-way" onPress={() => platform.navigate({ address })}><Icon name="pin" />导航</Button>}
    </Card>
  );
}

/** After an audit's question: handed over once a picture was taken since. */
function Supplement({ job, waiting }: Props) {
  const { act } = useDeeds(job.id);
  const { data } = useRead("/api/v1/jobs/{job_id}/photos", { path: { job_id: job.id } });
  const asked = job.clocks.find((one) => one.kind === "supplement" && !one.stopped_at)?.starts_at;
  const told = waiting.some(({ deed, state }) => deed.action === "supplement" && state !== "refused");
  const taken = waiting.some(({ deed }) => deed.photo) || Boolean(data?.items.some((photo) => !asked || photo.received_at > asked));
  const hand = async () => {
    await act("supplement", {});
    tell.done("已记下，稽核会再看");
  };
  return (
    <Bar>
      <Button kind="main" id="supplement" off={told || !taken} onPress={hand}>{told ? "已交，等待送达" : taken ? "补好了，交给稽核" : "请先重拍要补的照片"}</Button>
    </Bar>
  );
}
