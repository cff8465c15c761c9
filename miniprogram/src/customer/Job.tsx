import { View } from "@tarojs/components";
import { useState } from "react";

import { acting, askForMessages, go, useRead, Windows, type Act } from "@/shell";
import { Button, Card, Failed, Icon, Loading, Tag, Time } from "@/parts";

import { Complain } from "./Complain";
import { Charges, Extras, useCharges } from "./Extras";
import { Call, CallAbout, Fill } from "./Fill";
import { Fold } from "./Fold";
import { Guide } from "./Guide";
import { formOf } from "./own";
import { Pictures, usePhotos } from "./Pictures";
import { Promised } from "./Promised";
import { Rate } from "./Rate";
import { AskRepair, Quote } from "./Repair";
import { Said } from "./Said";
import { stagesOf, standing } from "./stages";
import { Verdict } from "./Verdict";
import { Welcome } from "./Welcome";

// What the page offers in places of its own.
const OWN = new Set([
  "book", "reschedule", "approve_charge", "refuse_charge", "dispute_charge", "dispute_remote", "confirm", "confirm_with_reserves", "dispute", "rate",
  "self_install_outcome", "complaint_opened", "deny_delay", "record_answers",
]);
const DONE = new Set(["confirmed", "closed"]);
const SLOW = new Set(["accepted", "booked", "suspended"]);
const OPEN = new Set(["new", "accepted"]);

/** One thing at a time: where it stands, what waits for the customer, and folded away what was promised, paid and said. */
export function CustomerJob({ id }: { id: number }) {
  const { data: job, failed, old, at, again } = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  const { data: voices, again: heard } = useRead("/api/v1/jobs/{job_id}/voices", { path: { job_id: id } });
  const { data: family, again: counted } = useRead("/api/v1/jobs", { query: { limit: 50 } });
  const { photos } = usePhotos(id);
  const sheet = useCharges(id);
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const may = (action: string) => job.available_actions.includes(action);
  const fresh = () => Promise.all([again(), heard(), counted(), sheet.again()]);
  const to = (which: number): Act => async (...deed) => {
    await askForMessages();
    await acting(which, fresh)(...deed);
  };
  const act = to(id);
  const children = family?.items.filter((one) => one.parent_id === id) ?? [];
  const call = children.find((one) => one.kind === "return_visit" && OPEN.has(one.status));
  const work = photos.filter((one) => one.status !== "complaint");
  return (
    <View>
      <Welcome job={job} />
      <View className="tz-title">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
      {old && at && <View className="tz-note tz-note--warn">没有网络，这是 <Time at={at} /> 存下的。</View>}
      <Card title={standing(job)} aside={<Tag kind="good">{job.status_name}</Tag>}>
        {job.kind !== "return_visit" && <Stages status={job.status} />}
        {job.window_start && <View className="tz-sum"><Time at={job.window_start} until={job.window_end} /></View>}
        {job.installer_name && <View><Icon name="user" />{job.installer_name}{job.installer_phone && `，来电 ${job.installer_phone}`}</View>}
        {job.customer && <View className="tz-quiet"><Icon name="pin" />{job.customer.address}</View>}
        {job.held && <View className="tz-note tz-note--warn"><Icon name="warn" />先不上门：客服正在处理，处理好再和您约时间。</View>}
      </Card>
      {children.filter((one) => one.kind !== "return_visit").map((one) => (
        <View key={one.id} className="tz-line" onClick={() => go("job", { id: one.id })} {...{ role: "button", tabIndex: 0 }}>
          <View className="tz-line__text">再次上门处理：{one.window_start ? <Time at={one.window_start} until={one.window_end} /> : "去选时间"}</View>
        </View>
      ))}
      <Quote job={job} done={fresh} />
      <Extras job={job} act={act} photos={photos} sheet={sheet} />
      {may("book") && <Windows job={job} act={act} action="book" />}
      <Verdict job={job} act={act} />
      {call && <CallAbout id={call.id} send={(body) => to(call.id)("record_answers", body)} />}
      {job.kind === "return_visit" && may("record_answers") && <Call send={(body) => act("record_answers", body)} />}
      {may("rate") && <Rate act={act} />}
      {job.rating !== null && <Card title="您的评价"><View>{"★".repeat(job.rating)} {job.rating_text}</View></Card>}
      <Guide job={job} act={act} />
      {voices && <Said job={job} voices={voices} photos={photos} act={act} />}
      {may("reschedule") && <View className="tz-gap"><Windows job={job} act={act} action="reschedule" /></View>}
      <Charges job={job} act={act} photos={photos} sheet={sheet} />
      <Promised job={job} />
      {work.length > 0 && <Fold id="fold-photos" title={`师傅拍的照片 ${work.length} 张`}><Pictures photos={work} /></Fold>}
      <Help job={job} act={act} fresh={fresh} />
      <Rights />
    </View>
  );
}

function Stages({ status }: { status: string }) {
  const stages = stagesOf(status);
  if (!stages.length) return null;
  return (
    <View className="tz-steps" {...{ role: "list" }}>
      {stages.map(({ name, when }) => (
        <View key={name} className={`tz-step tz-step--${when}`} {...{ role: "listitem", ...(when === "now" ? { "aria-current": "step" } : {}) }}>{name}</View>
      ))}
    </View>
  );
}

type Page = Parameters<typeof AskRepair>[0]["job"];

/** Everything else that may be done now, each by its name and what it means. */
function Help({ job, act, fresh }: { job: Page; act: Act; fresh: () => Promise<unknown> }) {
  const [asked, setAsked] = useState<string>();
  const rest = job.available_actions.filter((one) => !OWN.has(one) && formOf(one));
  const complain = job.available_actions.includes("complaint_opened");
  const repair = DONE.has(job.status) && job.kind !== "return_visit";
  if (!rest.length && !complain && !repair) return null;
  const close = () => setAsked(undefined);
  return (
    <Fold id="fold-help" title="遇到问题，需要帮忙">
      <View className="tz-stack">
        {complain && SLOW.has(job.status) && <Button id="help-slow" onPress={() => setAsked("slow")}>等得太久，请客服催一催（算一次投诉）</Button>}
        {repair && <Button id="help-repair" onPress={() => setAsked("repair")}>坏了，申请维修</Button>}
        {rest.map((one) => <Button key={one} id={`help-${one}`} onPress={() => setAsked(one)}>{formOf(one)?.name}</Button>)}
        {complain && <Button id="help-complain" onPress={() => setAsked("complain")}>投诉</Button>}
      </View>
      {asked === "repair" && <AskRepair job={job} onClose={close} />}
      {asked === "complain" && <Complain job={job.id} onClose={close} done={fresh} />}
      {asked === "slow" && <Complain job={job.id} onClose={close} done={fresh} about={{ category: "lateness" }} />}
      {asked && rest.includes(asked) && <Fill action={asked} onClose={close} send={(body) => act(asked, body)} />}
    </Fold>
  );
}

const RIGHTS = [
  "要另外收费，师傅先报价，您同意了才做；没同意的可以不付，付过的可以提出异议。",
  "验收（也包括约定的自动验收）不影响您的质保、退换和投诉。",
  "网点登记的延期、收费、远程费和完工结果，您都可以提出异议，由客服裁定，结果写在这里。",
  "师傅离开 7 天后看不到您的电话和地址；照片只用于这次服务的验收和争议。",
  "有这个链接的人都能打开这一单和它的返工、回访，请不要转发。",
];

function Rights() {
  return (
    <Fold id="fold-rights" title="您的权利">
      {RIGHTS.map((one) => <View key={one} className="tz-part">{one}</View>)}
    </Fold>
  );
}
