/** Who goes, and when: the desk calls the customer and settles both on the line. */

import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { Ask, ringCustomer, useRead, Windows, type Act } from "@/shell";
import { ACTIONS } from "@/made/words";
import { Button, Card, Choice, Icon } from "@/parts";

/** Instead of the windows, when there is none. */
export const FULL = "这位师傅近期都排满了：换个师傅，或加产能";

interface Props {
  job: JobPage;
  act: Act;
}

export function Assign({ job, act }: Props) {
  const [who, setWho] = useState<string>();
  const [open, setOpen] = useState(!job.installer_id);
  const { data } = useRead(job.dealer_id ? "/api/v1/dealers/{dealer_id}/installers" : null, { path: { dealer_id: job.dealer_id }, query: { limit: 100 } });
  const able = (data?.items ?? []).filter((one) => one.status === "active" && one.skills.some((skill) => skill.category_code === job.category_code));
  const assign = async () => {
    await act("assign", { installer_id: Number(who) });
    setOpen(false);
  };
  if (!open) return <Button kind="plain" id="other-installer" onPress={() => setOpen(true)}>换个师傅</Button>;
  return (
    <Card kind="next" title="让谁去？">
      {data && able.length === 0 && <View className="tz-note tz-note--warn">没有会装这种产品的师傅在岗。请让品牌登记技能，或请客服改派。</View>}
      {able.length > 0 && <Choice label="会装的师傅" options={able.map((one) => [String(one.person_id), one.name] as const)} value={who} onChange={setWho} />}
      <Button kind="main" id="assign" off={!who} onPress={assign}>指派</Button>
    </Card>
  );
}

const MISSED = ["fail_booking", "contact"] as const; // the call did not lead to a time

/** The customer is called first; what came of the call is the next tap. */
export function Call({ job, act }: Props) {
  const [called, setCalled] = useState(false);
  const [asked, setAsked] = useState<string>();
  const may = MISSED.filter((action) => job.available_actions.includes(action));
  const ring = async () => {
    await ringCustomer(job);
    setCalled(true);
  };
  return (
    <View>
      <Card kind="next" title="打电话约时间">
        <View className="tz-quiet">{job.customer?.name} {job.customer?.phone}</View>
        <View>{job.customer?.address}</View>
        <Button kind={called ? undefined : "main"} id="ring" onPress={ring}><Icon name="phone" />{called ? "再打一次" : "打电话"}</Button>
        {called && <View className="tz-strong">约好了就在下面选时间。没约成也请记一笔：</View>}
        <View className="tz-pair">
          {may.map((action) => <Button key={action} id={`call-${action}`} onPress={() => setAsked(action)}>{action === "contact" ? "打通了，时间没定" : "没约成，再联系"}</Button>)}
        </View>
      </Card>
      {asked && <Ask action={asked} onClose={() => setAsked(undefined)} send={(body) => act(asked, body)} />}
      <Windows job={job} act={act} action="book" none={FULL} />
    </View>
  );
}

/** Agents urge: their words, and ours. */
export function Urged({ job, act }: Props) {
  const [open, setOpen] = useState(false);
  const { data } = useRead("/api/v1/jobs/{job_id}/notes", { path: { job_id: job.id } });
  const urge = data?.items.filter((note) => note.action === "urge").at(-1);
  return (
    <View>
      <View className="tz-note tz-note--bad">
        <View className="tz-strong"><Icon name="warn" />客服在催{urge?.reason_name ? `：${urge.reason_name}` : "这一单"}</View>
        {urge?.text && <View>{urge.text}</View>}
      </View>
      <Button kind="main" id="answer-urge" onPress={() => setOpen(true)}>{ACTIONS.urge_answered ?? "答复"}</Button>
      {open && <Ask action="urge_answered" onClose={() => setOpen(false)} send={(body) => act("urge_answered", body)} />}
    </View>
  );
}
