import { View } from "@tarojs/components";
import { useRouter } from "@tarojs/taro";

import type { JobPage } from "@/api";
import { acting, Contact, Frame, go, Others, useRead, Windows } from "@/shell";
import { CLOCKS } from "@/made/words";
import { Card, Countdown, Failed, Icon, Loading, Tag, Time } from "@/parts";

import { Assign, Call, FULL, Urged } from "../Arrange";

const MOST = 3; // clocks at once: who reads five reads none
const OWN = ["accept", "decline", "assign", "reassign", "book", "reschedule", "urge_answered"];
const OF_CALL = ["fail_booking", "contact"];

/** One job as the desk sees it: who goes, and when. */
export default function DealerJob() {
  const id = Number(useRouter().params.id);
  return <Frame>{() => <One id={id} />}</Frame>;
}

function One({ id }: { id: number }) {
  const { data: job, failed, again } = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const may = (action: string) => job.available_actions.includes(action);
  const act = acting(id, again);
  const urged = job.clocks.some((clock) => clock.kind === "urge_reply" && !clock.stopped_at); // at any other time it is only a word
  const calling = may("book") && job.installer_id !== null;
  return (
    <View>
      <View className="tz-title">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
      <View className="tz-row">
        <Tag kind="good">{job.status_name}</Tag>
        {job.window_start && <Time at={job.window_start} until={job.window_end} />}
      </View>
      {job.held && <View className="tz-note tz-note--bad"><Icon name="warn" />暂缓上门：{job.held}</View>}
      {may("urge_answered") && urged && <Urged job={job} act={act} />}
      {may("accept") && <View className="tz-line tz-line--card" id="to-offer" onClick={() => go("dealerOffers")} {...{ role: "button", tabIndex: 0 }}><View className="tz-line__text">这一单还没接，去看派单</View></View>}
      <Due job={job} />
      {job.installer_name && <Card title="谁去"><View><Icon name="user" />{job.installer_name}</View></Card>}
      {may("assign") && <Assign key={job.installer_id} job={job} act={act} />}
      {calling ? <Call job={job} act={act} /> : <Contact job={job} />}
      {may("reschedule") && <Windows job={job} act={act} action="reschedule" none={FULL} />}
      <SameDoor job={job} />
      <Others without={calling ? [...OWN, ...OF_CALL] : OWN} may={job.available_actions} send={act} />
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

/** What could be done in the same visit, for one remote fee. */
function SameDoor({ job }: { job: JobPage }) {
  const { data } = useRead("/api/v1/jobs/{job_id}/same-door", { path: { job_id: job.id } });
  if (!data?.items.length) return null;
  return (
    <View>
      <View className="tz-heading">同一地址还有</View>
      {data.items.map((one) => (
        <Card key={one.job_id} id={`beside-${one.job_id}`} title={one.product_name} onPress={() => go("dealerJob", { id: one.job_id })}>
          <View>{one.advice}</View>
        </Card>
      ))}
    </View>
  );
}
