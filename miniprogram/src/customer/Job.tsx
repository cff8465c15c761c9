import { View } from "@tarojs/components";

import { askForMessages, doNow, Others, useRead, Windows, type Act } from "@/shell";
import { Button, Card, Failed, Icon, Loading, Tag, tell, Time } from "@/parts";

import { Extras } from "./Extras";
import { Guide } from "./Guide";
import { Promised } from "./Promised";
import { Rate } from "./Rate";
import { Said } from "./Said";
import { Verdict } from "./Verdict";

// What the page offers in places of its own.
const OWN = ["book", "reschedule", "delivered", "approve_charge", "refuse_charge", "confirm", "confirm_with_reserves", "dispute", "rate", "self_install_outcome"];

const NEXT: Readonly<Record<string, string>> = {
  new: "正在为您安排附近的服务网点",
  offered: "正在为您安排附近的服务网点",
  accepted: "网点已接单，请选一个方便的时间",
  booked: "师傅会按约定的时间上门",
  on_site: "师傅正在安装",
  submitted: "师傅说装好了，请您验收",
  confirmed: "已经验收，谢谢您",
  closed: "这次安装已经完结",
  suspended: "暂时停下了，等再次约时间",
  rework: "会再上门处理",
  unserved: "您的地址暂时没有服务网点",
  cancelled: "这次安装已经取消",
};

/** One thing at a time: where it stands, what waits for the customer, what was promised. */
export function CustomerJob({ id }: { id: number }) {
  const { data: job, failed, old, at, again } = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const may = (action: string) => job.available_actions.includes(action);
  const act: Act = async (action, body, version) => {
    await askForMessages();
    await doNow(id, action, body, version);
    tell.done("好了");
    await again();
  };
  return (
    <View>
      <View className="tz-title">{job.product_name}{job.units > 1 ? ` × ${job.units}` : ""}</View>
      {old && at && <View className="tz-quiet tz-gap">没有网络，内容存于 <Time at={at} /></View>}
      <Card title={NEXT[job.status] ?? job.status_name} aside={<Tag kind="good">{job.status_name}</Tag>} kind="next">
        {job.window_start && <View className="tz-strong"><Time at={job.window_start} until={job.window_end} /></View>}
        {job.held && <View className="tz-note tz-note--warn"><Icon name="warn" />{job.held}</View>}
        {job.dealer_name && !job.installer_name && <View className="tz-quiet">{job.dealer_name}</View>}
        {job.installer_name && <View><Icon name="user" />{job.installer_name} {job.installer_phone}</View>}
        {may("delivered") && <Button id="delivered" onPress={() => act("delivered", { moment: new Date().toISOString() })}>货已经送到了</Button>}
      </Card>
      <Extras job={job} act={act} />
      {may("book") && <Windows job={job} act={act} action="book" />}
      <Verdict job={job} act={act} />
      {may("rate") && <Rate act={act} />}
      {job.rating !== null && <Card title="您的评价"><View>{"★".repeat(job.rating)} {job.rating_text}</View></Card>}
      <Guide job={job} act={act} />
      <Promised job={job} />
      <Said job={job} />
      {may("reschedule") && <Windows job={job} act={act} action="reschedule" />}
      <Others without={OWN} may={job.available_actions} send={act} />
    </View>
  );
}
