import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { askForMessages, useDeeds } from "@/shell";
import { FORMS } from "@/made/forms";
import { Button, Choice, Field, Icon, Sheet, tell } from "@/parts";

import { useShot } from "./useShot";

const NEXT = [["suspended", "改天再来"], ["cancelled", "客户不装了"]] as const;
const CALLS = [["4", "过四小时"], ["24", "明天"], ["72", "三天后"], ["168", "一周后"]] as const;
const HOUR_MS = 3_600_000;

/** Nobody at home, not ready, goods broken: why, a picture, and what then. */
export function Leave({ job, onClose }: { job: JobPage; onClose: () => void }) {
  const [reason, setReason] = useState<string>();
  const [outcome, setOutcome] = useState<string>("suspended");
  const [call, setCall] = useState<string>("24");
  const [note, setNote] = useState("");
  const { act } = useDeeds(job.id);
  const { photo, take } = useShot(job);
  const reasons = FORMS.abort_visit?.fields.find((field) => field.name === "reason")?.options ?? [];
  const lacking = !reason ? "请先选原因" : !photo ? "请先拍一张现场" : undefined;
  const leave = async () => {
    if (!photo) return;
    await askForMessages();
    const then = outcome === "suspended" ? { next_contact_at: new Date(Date.now() + Number(call) * HOUR_MS).toISOString() } : {};
    await act("abort_visit", { reason, outcome, ...then, ...(note.trim() ? { note: note.trim() } : {}) }, { photo_id: photo });
    tell.done("已记下，可以离开了");
    onClose();
  };
  return (
    <Sheet
      title="今天装不成"
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id="leave-now" off={Boolean(lacking)} onPress={leave}>{lacking ?? "就这样，我先离开"}</Button>
          <Button kind="plain" onPress={onClose}>返回</Button>
        </>
      }
    >
      <Choice label="为什么？" options={reasons} value={reason} onChange={setReason} />
      <Button id="leave-photo" onPress={take}><Icon name={photo ? "check" : "camera"} />{photo ? "已拍，再拍一张" : "拍一张现场"}</Button>
      <View className="tz-gap" />
      <Choice label="之后呢？" options={NEXT} value={outcome} onChange={setOutcome} />
      {outcome === "suspended" && <Choice label="什么时候再给客户打电话？" options={CALLS} value={call} onChange={setCall} />}
      <Field id="leave-note" label="想说明的（可不填）" value={note} onChange={setNote} long />
      <View className="tz-quiet">客户和网点都会收到。到过门口的空跑费，看是谁的原因来算。</View>
    </Sheet>
  );
}
