import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { useRead, type Act } from "@/shell";
import { Button, Card } from "@/parts";

import { Fill } from "./Fill";
import { Film } from "./Film";

/** Where nobody comes: how to do it oneself, if one can, and what came of it. */
export function Guide({ job, act }: { job: JobPage; act: Act }) {
  const [asked, setAsked] = useState(false);
  const may = job.available_actions.includes("self_install_outcome");
  const wish = { path: { sku: job.sku }, ...(job.guide_version ? { query: { version: job.guide_version } } : {}) };
  const { data } = useRead(may && job.guide_version ? "/api/v1/products/{sku}/guide" : null, wish);
  if (!may) return null;
  const how = data?.self_install ? data : undefined;
  return (
    <Card title="附近没有服务网点" kind="next">
      <View>{how ? "这件商品可以自己安装。请照下面的步骤做，有拿不准的就停下，联系店铺的客服。" : "请不要自己动手，尤其是涉及燃气和固定电线的。客服会联系您；也可以找店铺退货。"}</View>
      <Film url={how?.video_url} />
      {how?.steps.map((step, at) => <View key={step} className="tz-part">{at + 1}. {step}</View>)}
      <Button kind="main" id="self-install" onPress={() => setAsked(true)}>告诉我们结果</Button>
      {asked && <Fill action="self_install_outcome" onClose={() => setAsked(false)} send={(body) => act("self_install_outcome", body)} />}
    </Card>
  );
}
