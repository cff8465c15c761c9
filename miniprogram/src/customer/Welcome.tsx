import { View } from "@tarojs/components";

import type { JobPage } from "@/api";
import { useDraft } from "@/shell";
import { Button, Icon } from "@/parts";

/** For who has never opened such a page: what this is, why it came, and what cannot happen here. Once. */
export function Welcome({ job }: { job: JobPage }) {
  const { draft: read, write } = useDraft("welcome", false);
  if (read) return null;
  return (
    <View className="tz-card" id="welcome">
      <View className="tz-strong">您好，这是您的安装单</View>
      <View>您买的“{job.product_name}”由品牌安排师傅上门。您下单时留了手机号，所以收到我们的消息。</View>
      <View className="tz-free"><Icon name="check" />看这页、约时间，都不花钱</View>
      <View className="tz-free"><Icon name="check" />要另外收钱，会先列在这里，您点“同意”才算数</View>
      <View className="tz-free"><Icon name="check" />不用下载，不会问您要密码；验收码等装好了再告诉师傅</View>
      <Button kind="main" id="welcome-read" onPress={() => write(true)}>知道了</Button>
    </View>
  );
}
