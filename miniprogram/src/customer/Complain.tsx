import { View } from "@tarojs/components";
import { useMemo, useState } from "react";

import { api, consent, doNow, queue } from "@/shell";
import { Button, Photo, Sheet, tell } from "@/parts";
import { platform, type Shot } from "@/platform";

import { Questions } from "./Fill";
import { bodyOf, formOf, questionsOf } from "./own";

/** Of one complaint. */
export const MOST = 9;
const ACTION = "complaint_opened";

/**
 * The words first, then the pictures: they are written down on this phone and sent by the queue, one after the other.
 * Once the words have arrived nothing says them again, whatever becomes of the pictures.
 */
export function Complain({ job, onClose, done, about = {} }: { job: number; onClose: () => void; done: () => Promise<unknown>; about?: Record<string, string> }) {
  const [given, setGiven] = useState<Record<string, string>>(about);
  const [shots, setShots] = useState<readonly Shot[]>([]);
  const [received, setReceived] = useState(false);
  const form = formOf(ACTION);
  const close = () => {
    onClose();
    if (received) void done();
  };
  const send = async () => {
    if (!given.category) return tell.failed("请先选哪方面");
    if (!received) await doNow(job, ACTION, bodyOf(ACTION, given));
    setReceived(true);
    const complaint = shots.length ? await newest(job) : undefined;
    for (const shot of shots) {
      if (complaint) await show(job, complaint, [shot]);
      setShots((left) => left.filter((one) => one !== shot));
    }
    tell.done("已收到，客服会尽快回复您");
    onClose();
    await done();
  };
  return (
    <Sheet
      title={received ? "投诉已收到" : (form?.name ?? "")}
      open
      onClose={close}
      ways={
        <>
          <Button kind="main" id="complain" onPress={send}>{received ? "把照片加上" : "提交投诉"}</Button>
          <Button id="complain-close" onPress={close}>{received ? "以后再加照片" : "返回"}</Button>
        </>
      }
    >
      <View className="tz-quiet tz-gap">{received ? LATER : form?.hint}</View>
      {!received && <Questions all={questionsOf(ACTION, Date.now())} given={given} onChange={setGiven} />}
      <Taking shots={shots} onChange={setShots} />
    </Sheet>
  );
}

const LATER = "客服会尽快回复您，不用再提交一次。照片还没有加上：有网络时再点一次，或者以后在安装单里这件投诉下面点“再加照片”。";

/** There may have been others before. */
async function newest(job: number): Promise<number | undefined> {
  const { complaints } = await api.get("/api/v1/jobs/{job_id}/voices", { path: { job_id: job } });
  return complaints[complaints.length - 1]?.id;
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
