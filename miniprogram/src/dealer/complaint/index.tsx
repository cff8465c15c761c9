import { View } from "@tarojs/components";
import { useRouter } from "@tarojs/taro";
import { useState } from "react";

import type { Schemas } from "@/api";
import { doNow, Frame, go, ringCustomer, useRead } from "@/shell";
import { FORMS } from "@/made/forms";
import { ROLES } from "@/made/words";
import { Button, Card, Failed, Field, Icon, Loading, Tag, tell, Time, yuan } from "@/parts";

/** One complaint on a screen: what the customer says, what was answered, our word. */
export default function Complaint() {
  const id = Number(useRouter().params.id);
  return <Frame>{() => <One id={id} />}</Frame>;
}

type Page = Schemas["ComplaintPage"];

function One({ id }: { id: number }) {
  const { data, failed, again } = useRead("/api/v1/complaints/{complaint_id}", { path: { complaint_id: id } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  return (
    <View>
      <View className="tz-title">投诉：{data.category_name}</View>
      {data.category === "safety" && <Safety page={data} />}
      <Card title="客户说" aside={<Time at={data.opened_at} />}>
        <View>{data.text ?? "没有留言"}</View>
      </Card>
      {data.replies.map((reply) => (
        <Card key={reply.at} title={ROLES[reply.by_role] ?? reply.by_role} aside={<Time at={reply.at} />}>
          <View>{reply.text ?? "内容已删除"}</View>
        </Card>
      ))}
      <TheJob job={data.job_id} />
      {data.closed_at ? <Closed page={data} /> : <Reply page={data} again={again} />}
    </View>
  );
}

function Safety({ page }: { page: Page }) {
  return (
    <View className="tz-note tz-note--bad">
      <Icon name="warn" />
      {page.safety_called_at ? <>客服已于 <Time at={page.safety_called_at} /> 打过电话。</> : "有安全隐患：请现在就打电话，让客户先停用、关水关电关气。"}
      {page.installer_stopped && "这位师傅已暂停上门，等客服解除。"}
    </View>
  );
}

function TheJob({ job: id }: { job: number }) {
  const { data: job } = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  if (!job) return null;
  return (
    <Card title={job.product_name} aside={<Tag>{job.status_name}</Tag>}>
      {job.installer_name && <View><Icon name="user" />{job.installer_name}</View>}
      <View className="tz-pair">
        <Button id="complaint-job" onPress={() => go("dealerJob", { id })}>看工单</Button>
        {job.customer && <Button id="complaint-ring" onPress={() => ringCustomer(job)}><Icon name="phone" />打给客户</Button>}
      </View>
    </Card>
  );
}

function Reply({ page, again }: { page: Page; again: () => Promise<void> }) {
  const [words, setWords] = useState("");
  const send = async () => {
    await doNow(page.job_id, "complaint_replied", { complaint_id: page.id, note: words.trim() });
    setWords("");
    tell.done("已回复");
    await again();
  };
  return (
    <Card kind="next" title={FORMS.complaint_replied?.name ?? ""}>
      <Field id="reply" label="先安抚，再说怎么办、什么时候办" value={words} onChange={setWords} long />
      <Button kind="main" id="reply-send" off={!words.trim()} onPress={send}>回复</Button>
    </Card>
  );
}

function Closed({ page }: { page: Page }) {
  return (
    <Card title="已了结" kind="past">
      {page.verdict_text && <View>{page.verdict_text}</View>}
      {page.compensation_fen > 0 && <View>补偿客户 {yuan(page.compensation_fen)}</View>}
    </Card>
  );
}
