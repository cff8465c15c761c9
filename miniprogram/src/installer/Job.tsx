import { View } from "@tarojs/components";

import type { JobPage } from "@/api";
import { Contact, DeedCard, Others, replace, useDeeds, useJob } from "@/shell";
import { Bar, Button, Failed, Icon, Loading, Tag, Time } from "@/parts";

import { CheckIn } from "./CheckIn";
import { Code } from "./Code";
import { Extras } from "./Extras";
import { Promised } from "./Promised";
import { Slots } from "./Slots";
import { Submit } from "./Submit";

// What the page offers in places of its own.
const OWN = ["check_in", "take_photo", "waive_slot", "add_charge", "approve_charge", "withdraw_charge", "settle_charge", "submit", "confirm"];

/** One job on one screen, from the way there to the customer's code. */
export function InstallerJob({ id }: { id: number }) {
  const { data: job, failed, old, at, again, waiting } = useJob(id);
  const { act } = useDeeds(id);
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const may = job.available_actions;
  const refused = waiting.filter((one) => one.state === "refused");
  return (
    <View>
      <View className="tz-title">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
      <View className="tz-row">
        <Tag kind="good">{job.status_name}</Tag>
        {job.window_start && <Time at={job.window_start} until={job.window_end} />}
      </View>
      {old && at && <View className="tz-quiet tz-gap">没有网络，内容存于 <Time at={at} /></View>}
      {refused.map((one) => <DeedCard key={one.deed.id} one={one} here />)}
      {job.held && <View className="tz-note tz-note--bad"><Icon name="warn" />暂缓上门：{job.held}</View>}
      <Contact job={job} />
      <Promised job={job} />
      <Slots job={job} waiting={waiting} again={again} />
      <Extras job={job} />
      <Others without={OWN} may={may} send={act} />
      <Next job={job} />
    </View>
  );
}

/** The one deed that comes next, at the thumb. */
function Next({ job }: { job: JobPage }) {
  const may = new Set(job.available_actions);
  if (may.has("check_in")) return <CheckIn job={job} />;
  if (may.has("submit")) return <Submit job={job} />;
  if (may.has("confirm")) return <Code job={job} />;
  return <Bar><Button id="next-job" onPress={() => replace("home")}>回到今天的路线</Button></Bar>;
}
