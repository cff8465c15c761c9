import { View } from "@tarojs/components";
import { useMemo, useState } from "react";

import { api, consent, doNow, queue } from "@/shell";
import { Button, Photo, Sheet, tell } from "@/parts";
import { platform, type Shot } from "@/platform";

import { Questions } from "./Fill";
import { bodyOf, formOf, questionsOf } from "./own";

const MOST = 9;
const ACTION = "complaint_opened";

/** The words first, then the pictures: they are written down on this phone and sent by the queue, one after the other. */
export function Complain({ job, onClose, done, about = {} }: { job: number; onClose: () => void; done: () => Promise<unknown>; about?: Record<string, string> }) {
  const [given, setGiven] = useState<Record<string, string>>(about);
  const [shots, setShots] = useState<readonly Shot[]>([]);
  const form = formOf(ACTION);
  const send = async () => {
    if (!given.category) return tell.failed("请先选哪方面");
    await doNow(job, ACTION, bodyOf(ACTION, given));
    if (shots.length) await follow(job, shots);
    tell.done("已收到，客服会尽快回复您");
    onClose();
    await done();
  };
  return (
    <Sheet
      title={form?.name ?? ""}
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id="complain" onPress={send}>提交投诉</Button>
          <Button onPress={onClose}>返回</Button>
        </>
      }
    >
      <View className="tz-quiet tz-gap">{form?.hint}</View>
      <Questions all={questionsOf(ACTION, Date.now())} given={given} onChange={setGiven} />
      <Taking shots={shots} onChange={setShots} />
    </Sheet>
  );
}

/** Pictures of the newest complaint; there may have been others. */
async function follow(job: number, shots: readonly Shot[]): Promise<void> {
  const { complaints } = await api.get("/api/v1/jobs/{job_id}/voices", { path: { job_id: job } });
  const complaint = complaints[complaints.length - 1];
  if (complaint) await show(job, complaint.id, shots);
}

export async function show(job: number, complaint: number, shots: readonly Shot[]): Promise<void> {
  const address = `/api/v1/jobs/${job}/complaints/${complaint}/photos`;
  for (const shot of shots) await queue.add({ job, action: ACTION, address, body: { capture: shot.capture } }, shot);
}

/** At most so many more. */
export async function pick(gallery: boolean, most: number): Promise<Shot[]> {
  return (await consent("photo")) ? platform.photograph({ gallery, most }) : [];
}

function Preview({ shot, name }: { shot: Shot; name: string }) {
  const src = useMemo(() => platform.preview(shot), [shot]);
  return <Photo src={src} label={name} />;
}

function Taking({ shots, onChange }: { shots: readonly Shot[]; onChange: (shots: readonly Shot[]) => void }) {
  const left = MOST - shots.length;
  const more = async (gallery: boolean) => onChange([...shots, ...(await pick(gallery, left))]);
  return (
    <View className="tz-field">
      <View className="tz-field__label">照片（可不加，最多 {MOST} 张，网点看不到）</View>
      <View className="tz-pictures">
        {shots.map((shot, at) => (
          <View key={shot.at + at}>
            <Preview shot={shot} name={`第 ${at + 1} 张照片`} />
            <Button small kind="plain" onPress={() => onChange(shots.filter((one) => one !== shot))}>删除</Button>
          </View>
        ))}
      </View>
      {left > 0 && (
        <View className="tz-pair">
          <Button id="complain-camera" onPress={() => more(false)}>拍照</Button>
          <Button id="complain-album" onPress={() => more(true)}>从相册选</Button>
        </View>
      )}
    </View>
  );
}
