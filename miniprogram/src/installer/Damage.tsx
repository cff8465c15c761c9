import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { useDeeds } from "@/shell";
import { Button, Choice, Field, Icon, Sheet, tell } from "@/parts";

import { useShot } from "./useShot";

const STATES = [["intact", "完好"], ["damaged", "坏了"], ["unknown", "看不出"]] as const;
const PARTS = [["package", "包装"], ["exterior", "外观"], ["function", "通电通水后"]] as const;

/** Broken goods: what is broken, a picture, who brought it. It goes to the channel as evidence. */
export function Damage({ job, onClose }: { job: JobPage; onClose: () => void }) {
  const [seen, setSeen] = useState<Record<string, string>>({ function: "unknown" });
  const [carrier, setCarrier] = useState("");
  const [note, setNote] = useState("");
  const { act } = useDeeds(job.id);
  const { photo, may, take } = useShot(job);
  const lacking = PARTS.some(([part]) => !seen[part]) ? "请先选包装和外观" : may && !photo ? "请先拍坏的地方" : undefined;
  const report = async () => {
    const appraisal = { ...seen, ...(carrier.trim() ? { carrier: carrier.trim() } : {}) };
    await act("report_damage", { appraisal, ...(note.trim() ? { note: note.trim() } : {}) }, photo ? { photo_id: photo } : undefined);
    tell.done("已记下，客服会联系客户");
    onClose();
  };
  return (
    <Sheet
      title="货有破损"
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id="damage-now" off={Boolean(lacking)} onPress={report}>{lacking ?? "报告破损"}</Button>
          <Button kind="plain" onPress={onClose}>返回</Button>
        </>
      }
    >
      {PARTS.map(([part, name]) => (
        <Choice key={part} label={name} options={STATES} value={seen[part]} onChange={(state) => setSeen({ ...seen, [part]: state })} />
      ))}
      {may && <Button id="damage-photo" onPress={take}><Icon name={photo ? "check" : "camera"} />{photo ? "已拍，再拍一张" : "拍坏的地方"}</Button>}
      <View className="tz-gap" />
      <Field id="carrier" label="哪家快递送的（可不填）" value={carrier} onChange={setCarrier} most={40} />
      <Field id="damage-note" label="想说明的（可不填）" value={note} onChange={setNote} long />
      <View className="tz-quiet">{job.available_actions.includes("abort_visit") ? "能装就接着装；装不了，报告以后再点“今天装不成”。" : "报告以后先别上门，客服处理好会通知您。"}</View>
    </Sheet>
  );
}
