import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { Ask, type Act } from "@/shell";
import { Button, Card, Time } from "@/parts";

/** The three words about finished work. Each goes with the state that the customer saw. */
export function Verdict({ job, act }: { job: JobPage; act: Act }) {
  const [asked, setAsked] = useState<string>();
  const may = (action: string) => job.available_actions.includes(action);
  if (job.status !== "submitted") return null;
  return (
    <Card title="装得好吗？">
      {job.confirm_code && (
        <View className="tz-note">师傅还在身边时，也可以把这个验收码告诉他：<View className="tz-sum" id="confirm-code">{job.confirm_code}</View></View>
      )}
      {job.auto_confirm_at && <View className="tz-quiet">您不答复，<Time at={job.auto_confirm_at} /> 自动视为验收；之后仍可以投诉。</View>}
      {may("confirm") && <Button kind="main" id="confirm" onPress={() => act("confirm", {}, job.version)}>装好了，验收</Button>}
      {may("confirm_with_reserves") && <Button id="reserves" onPress={() => setAsked("confirm_with_reserves")}>能用，但有问题要记下</Button>}
      {may("dispute") && <Button kind="bad" id="dispute" onPress={() => setAsked("dispute")}>没装好，不验收</Button>}
      {job.dispute_open && <View className="tz-note">您提的问题客服正在处理，结果会告诉您。</View>}
      {asked && <Ask action={asked} onClose={() => setAsked(undefined)} send={(body) => act(asked, body, job.version)} />}
    </Card>
  );
}
