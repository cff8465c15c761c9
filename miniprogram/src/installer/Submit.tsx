import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { askForMessages, useDeeds, useDraft, useRead } from "@/shell";
import { Bar, Button, Field, Icon, Sheet, tell } from "@/parts";
import { platform } from "@/platform";

interface Serial {
  text: string;
  source: "scanned" | "typed";
}

/** The work is done: serial numbers, and everything that is still lacking said at once. */
export function Submit({ job }: { job: JobPage }) {
  const [open, setOpen] = useState(false);
  return (
    <View>
      <Bar><Button kind="main" id="submit" onPress={() => setOpen(true)}><Icon name="check" />装好了，提交完工</Button></Bar>
      {open && <Paper job={job} onClose={() => setOpen(false)} />}
    </View>
  );
}

function Paper({ job, onClose }: { job: JobPage; onClose: () => void }) {
  const { act } = useDeeds(job.id);
  const { data } = useRead("/api/v1/jobs/{job_id}/charges", { path: { job_id: job.id } });
  const { draft, write, settle } = useDraft<Serial[]>(`serials/${job.id}`, []);
  const serials = Array.from({ length: job.units }, (_, at): Serial => draft[at] ?? { text: "", source: "typed" });
  const put = (at: number, serial: Serial) => write(serials.map((one, place) => (place === at ? serial : one)));
  const open = (data?.charges ?? []).filter((one) => one.status === "proposed" || (one.status === "approved" && !one.settled));
  const lacking = [
    ...job.slots.filter((slot) => slot.required && !slot.photos && !slot.waived).map((slot) => `还没有拍：${slot.name}`),
    ...open.map((one) => `还没有结清：${one.name}`),
    ...serials.flatMap((one, at) => (one.text.trim() ? [] : [`还没有填：${name(at, job.units)}`])),
  ];
  const scan = async (at: number) => {
    const text = await platform.scan();
    if (text) put(at, { text, source: "scanned" });
    else tell.failed("没有扫到，可以手动输入");
  };
  const submit = async () => {
    await askForMessages();
    await act("submit", { serial_numbers: serials.map((one) => one.text.trim()), serial_sources: serials.map((one) => one.source) });
    await settle();
    onClose();
  };
  return (
    <Sheet
      title="提交完工"
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id="submit-now" off={lacking.length > 0} onPress={submit}>{lacking.length ? `还差 ${lacking.length} 样` : "提交"}</Button>
          <Button kind="plain" onPress={onClose}>返回</Button>
        </>
      }
    >
      {serials.map((one, at) => (
        <View key={at}>
          <Field id={`serial-${at + 1}`} label={name(at, job.units)} value={one.text} onChange={(text) => put(at, { text, source: "typed" })} most={60} />
          <Button small onPress={() => scan(at)}><Icon name="scan" />扫条码</Button>
        </View>
      ))}
      {lacking.length > 0 && <View className="tz-note tz-note--warn">{lacking.map((one) => <View key={one}>· {one}</View>)}</View>}
    </Sheet>
  );
}

function name(at: number, units: number): string {
  return units > 1 ? `第 ${at + 1} 台的序列号` : "序列号";
}
