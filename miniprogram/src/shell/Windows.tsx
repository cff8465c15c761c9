import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { FORMS } from "@/made/forms";
import { Button, Card, Choice, dayOf, Empty, local, span } from "@/parts";

import type { Act } from "./doing";
import { useRead } from "./reading";

/** The times that the installers really have. */
export function Windows({ job, act, action, none = "暂时没有空的时间，网点会打电话给您" }: { job: JobPage; act: Act; action: "book" | "reschedule"; /** Said when there is none. */ none?: string }) {
  const [open, setOpen] = useState(action === "book");
  const [start, setStart] = useState<string>();
  const { data } = useRead(open ? "/api/v1/jobs/{job_id}/windows" : null, { path: { job_id: job.id } });
  if (!open) return <Button id="change-window" onPress={() => setOpen(true)}>换个时间</Button>;
  const windows = data?.items ?? [];
  const now = Date.now();
  const days = [...new Set(windows.map((one) => dayOf(one.start, now)))];
  const chosen = windows.find((one) => one.start === start);
  const reasons = FORMS.reschedule?.fields.find((field) => field.name === "reason")?.options ?? [];
  const because = action === "reschedule" && reasons.some(([code]) => code === "customer") ? { reason: "customer" } : {};
  const take = async () => {
    if (!chosen) return;
    await act(action, { window: { start: chosen.start, end: chosen.end }, ...because });
    setOpen(false);
  };
  return (
    <Card title={action === "book" ? "什么时候方便？" : "换到什么时候？"}>
      {data && windows.length === 0 && <Empty>{none}</Empty>}
      {windows.length > 0 && (
        <View>
          {days.map((day) => (
            <Choice
              key={day}
              label={day}
              options={windows.filter((one) => dayOf(one.start, now) === day).map((one) => [one.start, `${local(one.start).time}–${local(one.end).time}`] as const)}
              value={start}
              onChange={setStart}
            />
          ))}
          <View className={chosen ? "tz-stick" : ""}>
            <Button kind="main" id={`${action}-now`} off={!chosen} onPress={take}>{chosen ? `就定 ${span(chosen.start, chosen.end, now)}` : "请先选一个时间"}</Button>
          </View>
        </View>
      )}
    </Card>
  );
}
