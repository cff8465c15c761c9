import { View } from "@tarojs/components";

import { consent, useDeeds, useJob } from "@/shell";
import { Button, Card, Failed, Loading, Tag } from "@/parts";
import { platform } from "@/platform";

/** One job on one screen. The first draft: check in, photograph. */
export function InstallerJob({ id }: { id: number }) {
  const { data: job, failed, again, waiting } = useJob(id);
  const { act, photograph } = useDeeds(id);
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const may = new Set(job.available_actions);
  const checkIn = async () => {
    const fix = (await consent("place")) ? await platform.place() : undefined;
    await act("check_in", fix ? { fix } : {});
  };
  const take = async (slot: string) => {
    if (!(await consent("photo"))) return;
    const [shot] = await platform.photograph({ gallery: false, most: 1 });
    if (shot) await photograph(slot, shot, (await consent("place", false)) ? await platform.place() : undefined);
  };
  return (
    <View>
      <Card title={job.product_name} aside={<Tag>{job.status_name}</Tag>}>
        <View>{job.customer?.address}</View>
      </Card>
      {may.has("check_in") && <Button kind="main" id="check-in" onPress={checkIn}>签到</Button>}
      {job.slots.map((slot) => (
        <Card key={slot.code} title={slot.name} aside={<Tag kind={slot.photos ? "good" : "warn"}>{`${slot.photos} 张`}</Tag>}>
          <View className="tz-quiet">{slot.hint}</View>
          {may.has("take_photo") && <Button id={`take-${slot.code}`} onPress={() => take(slot.code)}>拍照</Button>}
        </Card>
      ))}
      {waiting.length > 0 && <View className="tz-quiet">{waiting.length} 项待发送</View>}
    </View>
  );
}
