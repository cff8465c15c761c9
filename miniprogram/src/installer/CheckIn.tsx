import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { askForMessages, consent, shoot, useDeeds } from "@/shell";
import { FORMS } from "@/made/forms";
import { Bar, Button, Choice, Icon, metres, Sheet } from "@/parts";
import { platform, type Place } from "@/platform";

/** Arrived: where the phone says it is, or honestly that it does not know. */
export function CheckIn({ job }: { job: JobPage }) {
  const [found, setFound] = useState<{ place: Place | undefined }>();
  const look = async () => {
    await askForMessages();
    setFound({ place: (await consent("place")) ? await platform.place() : undefined });
  };
  return (
    <View>
      <Bar><Button kind="main" id="check-in" onPress={look}><Icon name="pin" />我到了，签到</Button></Bar>
      {found && <Arrived job={job} place={found.place} again={look} onClose={() => setFound(undefined)} />}
    </View>
  );
}

interface Props {
  job: JobPage;
  place: Place | undefined;
  again: () => Promise<void>;
  onClose: () => void;
}

function Arrived({ job, place, again, onClose }: Props) {
  const [reason, setReason] = useState<string>();
  const [photo, setPhoto] = useState<string>();
  const { act, photograph } = useDeeds(job.id);
  const [slot] = job.slots;
  const picture = async () => {
    const taken = slot && (await shoot());
    if (taken) setPhoto((await photograph(slot.code, taken)).id);
  };
  const arrive = async () => {
    const body = { ...(place ? { fix: place } : {}), ...(reason ? { reason } : {}) };
    await act("check_in", body, photo ? { photo_id: photo } : undefined);
    onClose();
  };
  const reasons = FORMS.check_in?.fields.find((field) => field.name === "reason")?.options ?? [];
  return (
    <Sheet
      title="签到"
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id="check-in-now" off={Boolean(reason) && !photo} onPress={arrive}>{reason && !photo ? "请先拍现场照片" : "签到"}</Button>
          <Button kind="plain" onPress={again}>重新定位</Button>
        </>
      }
    >
      <View className={place ? "tz-note" : "tz-note tz-note--warn"}>{said(place)}</View>
      <Choice label="不在客户门口？请选原因，再拍一张现场" options={reasons} value={reason} onChange={(next) => setReason(next === reason ? undefined : next)} />
      {reason && <Button id="check-in-photo" onPress={picture}><Icon name={photo ? "check" : "camera"} />{photo ? "已拍现场照片" : "拍现场照片"}</Button>}
    </Sheet>
  );
}

function said(place: Place | undefined): string {
  if (!place) return "没有定到位置。可以照常签到，会如实记为“位置不明”，不算您的错。";
  return place.accuracy_m ? `已定位，误差约 ${metres(place.accuracy_m)}` : "已定位，误差不明";
}
