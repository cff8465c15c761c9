import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { Ask, useRead, type Act } from "@/shell";
import { Button, Card } from "@/parts";

/** Where nobody comes: how to do it oneself, if one can, and what came of it. */
export function Guide({ job, act }: { job: JobPage; act: Act }) {
  const [asked, setAsked] = useState(false);
  const may = job.available_actions.includes("self_install_outcome");
  const { data } = useRead(may && job.promise_id ? "/api/v1/promises/{token}" : null, { path: { token: job.promise_id } });
  if (!may) return null;
  const how = (data?.answer.lines.find((one) => one.sku === job.sku) ?? data?.answer.lines[0])?.self_install;
  return (
    <Card title="自己安装">
      <View>{how?.advice ?? "请按说明书安装；涉及燃气和固定电线的，请不要自己动手。"}</View>
      {how?.steps.map((step, at) => <View key={step}>{at + 1}. {step}</View>)}
      {how?.video_url && <View className="tz-quiet">安装视频：{how.video_url}</View>}
      <Button kind="main" id="self-install" onPress={() => setAsked(true)}>告诉我们结果</Button>
      {asked && <Ask action="self_install_outcome" onClose={() => setAsked(false)} send={(body) => act("self_install_outcome", body)} />}
    </Card>
  );
}
