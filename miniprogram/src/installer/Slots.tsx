import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage, Schemas } from "@/api";
import { api, Ask, Picture, shoot, useDeeds, useRead } from "@/shell";
import { PHASES } from "@/made/words";
import type { Waiting } from "@/offline";
import { Button, Card, Icon, Photo, Sheet, Tag } from "@/parts";

type Slot = JobPage["slots"][number];
type Photo = Schemas["PhotoCard"];
// The server's own pictures come from where the page came, by whatever name it was reached.
const OURS = /^https?:\/\/[^/]+(?=\/api\/)/;

interface Props {
  job: JobPage;
  waiting: readonly Waiting[];
  /** The job is to be read again. */
  again: () => Promise<void>;
}

/** The pictures that prove the work, slot by slot: what should be seen, what is there, what is wrong with it. */
export function Slots({ job, waiting, again: reread }: Props) {
  const { data, again: look } = useRead("/api/v1/jobs/{job_id}/photos", { path: { job_id: job.id } });
  const again = job.slots.filter((slot) => slot.asked?.length);
  const slots = again.length ? again : job.slots; // after an audit's question nothing else is in the way
  const phases = [...new Set(slots.map((slot) => slot.phase))];
  const photos = data?.items.filter((photo) => photo.status !== "superseded") ?? [];
  return (
    <View>
      {phases.map((phase) => (
        <View key={phase}>
          <View className="tz-heading">{PHASES[phase] ?? phase}要拍的</View>
          {slots.filter((slot) => slot.phase === phase).map((slot) => (
            <SlotCard
              key={slot.code}
              job={job}
              slot={slot}
              photos={photos.filter((photo) => photo.slot === slot.code)}
              again={() => Promise.all([look(), reread()])}
              under={waiting.filter(({ deed }) => deed.photo && deed.body.slot === slot.code)}
            />
          ))}
        </View>
      ))}
    </View>
  );
}

interface SlotProps {
  job: JobPage;
  slot: Slot;
  photos: readonly Photo[];
  under: readonly Waiting[];
  again: () => Promise<unknown>;
}

function SlotCard({ job, slot, photos, under, again }: SlotProps) {
  const [skipping, setSkipping] = useState(false);
  const { act, photograph } = useDeeds(job.id);
  const may = job.available_actions;
  const take = async (gallery = false) => {
    const taken = await shoot({ gallery });
    if (taken) await photograph(slot.code, taken);
  };
  const remove = async (id: number) => {
    await api.delete("/api/v1/photos/{photo_id}", { path: { photo_id: id } });
    await again();
  };
  const full = slot.photos > 0;
  return (
    <Card title={slot.name} aside={<State slot={slot} />}>
      {slot.asked?.map((why) => <View key={why} className="tz-note tz-note--bad"><Icon name="warn" />要重拍：{why}</View>)}
      <View className="tz-beside">
        {slot.example && <Example slot={slot} address={API_BASE + slot.example} />}
        <View className="tz-beside__text tz-quiet">{slot.hint}</View>
      </View>
      <View className="tz-pictures">
        {photos.map((photo) => <Taken key={photo.id} photo={photo} />)}
        {under.map(({ deed, percent, state }) => (
          <View key={deed.id}>
            <Picture id={deed.id} />
            <View className="tz-quiet">{state === "sending" ? `上传 ${percent}%` : state === "refused" ? "未被接受" : "待发送"}</View>
          </View>
        ))}
      </View>
      {photos.filter((photo) => photo.findings.length > 0).map((photo) => (
        <View key={photo.id} className="tz-note tz-note--warn">
          {photo.findings.map((finding) => <View key={finding.code}><Icon name="warn" />{finding.reason}</View>)}
          {may.includes("submit") && <Button kind="plain" small id={`remove-${photo.id}`} onPress={() => remove(photo.id)}>删掉这张</Button>}
        </View>
      ))}
      {may.includes("take_photo") && (
        <Button kind={full || slot.waived || may.includes("check_in") ? undefined : "main"} id={`take-${slot.code}`} onPress={() => take()}>
          <Icon name="camera" />{full ? "再拍一张" : "拍照"}
        </Button>
      )}
      {may.includes("take_photo") && !slot.camera_only && <Button kind="plain" small onPress={() => take(true)}>从相册选</Button>}
      {may.includes("waive_slot") && slot.required && !full && !slot.waived && (
        <Button kind="plain" small id={`waive-${slot.code}`} onPress={() => setSkipping(true)}>拍不了</Button>
      )}
      {skipping && <Ask action="waive_slot" title={`拍不了：${slot.name}`} given={{ slot: slot.code }} onClose={() => setSkipping(false)} send={(body) => act("waive_slot", body)} />}
    </Card>
  );
}

/** How it should look; large on a tap. */
function Example({ slot, address }: { slot: Slot; address: string }) {
  const [open, setOpen] = useState(false);
  return (
    <View>
      <View className="tz-example" id={`example-${slot.code}`} onClick={() => setOpen(true)} {...{ role: "button", tabIndex: 0 }}>
        <Photo src={address} label={`${slot.name}的样子`} />
        <View className="tz-example__name">照这样拍</View>
      </View>
      <Sheet title={slot.name} open={open} onClose={() => setOpen(false)} ways={<Button kind="main" id="example-close" onPress={() => setOpen(false)}>知道了</Button>}>
        <Photo large src={address} label={`${slot.name}的样子`} />
        <View>{slot.hint}</View>
      </Sheet>
    </View>
  );
}

function State({ slot }: { slot: Slot }) {
  if (slot.asked?.length) return <Tag kind="bad">要重拍</Tag>;
  if (slot.waived) return <Tag>免拍</Tag>;
  if (slot.photos) return <Tag kind="good">{slot.photos} 张</Tag>;
  return slot.required ? <Tag kind="warn">必拍</Tag> : <Tag>选拍</Tag>;
}

function Taken({ photo }: { photo: Photo }) {
  const link = photo.links.find((one) => one.variant === "320") ?? photo.links[0];
  return link ? <Photo src={link.url.replace(OURS, API_BASE)} label={`${photo.slot_name}的照片`} /> : null;
}
