import { View } from "@tarojs/components";
import { useRouter } from "@tarojs/taro";
import { useState } from "react";

import type { JobPage } from "@/api";
import { Contact, doNow, Frame, Others, useRead, Windows, type Act } from "@/shell";
import { CLOCKS } from "@/made/words";
import { Button, Card, Choice, Countdown, Failed, Icon, Loading, Tag, tell, Time } from "@/parts";

const MOST = 3; // clocks at once: who reads five reads none
const OWN = ["accept", "decline", "assign", "book", "reschedule"];

/** One job as the desk sees it: who goes, and when. */
export default function DealerJob() {
  const id = Number(useRouter().params.id);
  return <Frame>{() => <One id={id} />}</Frame>;
}

function One({ id }: { id: number }) {
  const { data: job, failed, again } = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const may = (action: string) => job.available_actions.includes(action);
  const act: Act = async (action, body = {}) => {
    await doNow(id, action, body);
    tell.done("好了");
    await again();
  };
  return (
    <View>
      <View className="tz-title">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
      <View className="tz-row">
        <Tag kind="good">{job.status_name}</Tag>
        {job.window_start && <Time at={job.window_start} until={job.window_end} />}
      </View>
      {job.held && <View className="tz-note tz-note--bad"><Icon name="warn" />暂缓上门：{job.held}</View>}
      <Due job={job} />
      <Contact job={job} />
      {job.installer_name && <Card title="谁去"><View><Icon name="user" />{job.installer_name}</View></Card>}
      {may("assign") && <Assign job={job} act={act} />}
      {may("book") && <Windows job={job} act={act} action="book" />}
      {may("reschedule") && <Windows job={job} act={act} action="reschedule" />}
      <Others without={OWN} may={job.available_actions} send={act} />
    </View>
  );
}

/** What the dealer promised, the first due first. */
function Due({ job }: { job: JobPage }) {
  const due = job.clocks.flatMap(({ kind, owner, due_at, stopped_at, paused }) => (owner === "dealer" && due_at && !stopped_at && !paused ? [{ kind, due_at }] : []));
  const sorted = due.sort((a, b) => a.due_at.localeCompare(b.due_at));
  const first = sorted.filter(({ kind }, at) => sorted.findIndex((one) => one.kind === kind) === at).slice(0, MOST);
  if (first.length === 0) return null;
  return (
    <View className="tz-note">
      {first.map(({ kind, due_at }) => <View key={kind + due_at}>{CLOCKS[kind] ?? kind}：<Countdown until={due_at} /></View>)}
    </View>
  );
}

function Assign({ job, act }: { job: JobPage; act: Act }) {
  const [who, setWho] = useState<string>();
  const [open, setOpen] = useState(!job.installer_id);
  const { data } = useRead(job.dealer_id ? "/api/v1/dealers/{dealer_id}/installers" : null, { path: { dealer_id: job.dealer_id } });
  const people = (data?.items ?? []).filter((one) => one.status === "active");
  const assign = async () => {
    await act("assign", { installer_id: Number(who) });
    setOpen(false);
  };
  if (!open) return <Button kind="plain" id="other-installer" onPress={() => setOpen(true)}>换个师傅</Button>;
  return (
    <Card title="让谁去？">
      <Choice label="师傅" options={people.map((one) => [String(one.person_id), one.name] as const)} value={who} onChange={setWho} />
      <Button kind="main" id="assign" off={!who} onPress={assign}>指派</Button>
    </Card>
  );
}
