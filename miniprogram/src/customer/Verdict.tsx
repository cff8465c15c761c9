import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import type { Act } from "@/shell";
import { Button, Card, Time } from "@/parts";

import { Fill } from "./Fill";

/** The three words about finished work. Each goes with the state that the customer saw. */
export function Verdict({ job, act }: { job: JobPage; act: Act }) {
  const [asked, setAsked] = useState<string>();
  const may = (action: string) => job.available_actions.includes(action);
  if (job.status !== "submitted") return null;
  if (job.dispute_open) {
    return <Card title="您提的问题，客服正在处理"><View>有了结果会告诉您，也会写在这里。在那以前不会自动算验收。</View></Card>;
  }
  return (
    <Card title="装得好吗？" kind="next">
      {may("confirm") ? (
        <Button kind="main" id="confirm" onPress={() => act("confirm", {}, job.version)}>装好了，验收</Button>
      ) : (
        <View className="tz-note tz-note--warn">还有收费没有决定或没有付清，或者投诉、异议还没有结果，处理完才能验收。</View>
      )}
      {may("confirm_with_reserves") && <Button id="reserves" onPress={() => setAsked("confirm_with_reserves")}>能用，但有问题要记下</Button>}
      {may("dispute") && <Button kind="bad" id="dispute" onPress={() => setAsked("dispute")}>没装好，不验收</Button>}
      {may("confirm") && (job.confirm_code ? (
        <View className="tz-note">师傅还在身边？也可以把验收码告诉他：<View className="tz-sum" id="confirm-code">{job.confirm_code}</View></View>
      ) : (
        <View className="tz-quiet">验收码这里不显示：请看发给您的短信，或从微信里收到的通知打开</View>
      ))}
      {job.auto_confirm_at && <View className="tz-quiet">您不答复，<Time at={job.auto_confirm_at} /> 自动算验收。验收以后，质保和投诉的权利都还在。</View>}
      {asked && <Fill action={asked} onClose={() => setAsked(undefined)} send={(body) => act(asked, body, job.version)} />}
    </Card>
  );
}
