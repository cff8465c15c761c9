import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { askForMessages, useDeeds, useDraft, useRead, useWaiting } from "@/shell";
import { Bar, Button, Field, Icon, Sheet, tell } from "@/parts";
import { platform } from "@/platform";

import { unsettled } from "./open";
import { examples, fault, normal, read } from "./serials";

interface Serial {
  text: string;
  source: "scanned" | "typed";
}

const SHORTEST = 5; // before it there is nothing to judge yet

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
  const waiting = useWaiting(job.id);
  const { data } = useRead("/api/v1/jobs/{job_id}/charges", { path: { job_id: job.id } });
  const prices = useRead("/api/v1/jobs/{job_id}/price-list", { path: { job_id: job.id } }).data;
  const { draft, write, settle } = useDraft<Serial[]>(`serials/${job.id}`, []);
  const serials = Array.from({ length: job.units }, (_, at): Serial => draft[at] ?? { text: "", source: "typed" });
  const put = (at: number, serial: Serial) => write(serials.map((one, place) => (place === at ? serial : one)));
  const wrong = serials.map((_, at) => wrongWith(serials, at, job.serial_pattern));
  const lacking = [
    ...job.slots.filter((slot) => slot.required && !slot.photos && !slot.waived).map((slot) => `还没有拍：${slot.name}`),
    ...unsettled(data?.charges ?? [], waiting, (code) => prices?.items.find((item) => item.code === code)?.name ?? "一项收费"),
    ...serials.flatMap((one, at) => (one.text.trim() ? [] : [`还没有填：${name(at, job.units)}`])),
    ...wrong.flatMap((one, at) => (one ? [`${name(at, job.units)}不对`] : [])),
  ];
  const scan = async (at: number) => {
    const text = await platform.scan();
    if (text) put(at, { text: read(text, job.serial_pattern), source: "scanned" });
    else tell.failed("没有扫到，可以手动输入");
  };
  const submit = async () => {
    await askForMessages();
    await act("submit", { serial_numbers: serials.map((one) => normal(one.text)), serial_sources: serials.map((one) => one.source) });
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
        <View key={at} className="tz-gap">
          <Field
            id={`serial-${at + 1}`}
            label={name(at, job.units)}
            value={one.text}
            onChange={(text) => put(at, { text, source: "typed" })}
            most={60}
            hint={job.serial_pattern ? `像 ${examples(job.serial_pattern)[0]}` : "在铭牌上"}
            fault={one.text.trim().length < SHORTEST ? undefined : wrong[at]}
          />
          <Button small id={`scan-${at + 1}`} onPress={() => scan(at)}><Icon name="scan" />扫铭牌上的条码</Button>
        </View>
      ))}
      {lacking.length > 0 && <View className="tz-note tz-note--warn">{lacking.map((one) => <View key={one}>· {one}</View>)}</View>}
    </Sheet>
  );
}

function wrongWith(serials: readonly Serial[], at: number, pattern: string | null | undefined): string | undefined {
  const text = normal(serials[at]?.text ?? "");
  const same = serials.findIndex((one) => text !== "" && normal(one.text) === text);
  if (same >= 0 && same < at) return `和第 ${same + 1} 台的一样，每台各有自己的序列号`;
  return text === "" ? undefined : fault(text, pattern);
}

function name(at: number, units: number): string {
  return units > 1 ? `第 ${at + 1} 台的序列号` : "序列号";
}
