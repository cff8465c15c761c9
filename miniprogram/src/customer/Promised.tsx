import { View } from "@tarojs/components";

import type { JobPage } from "@/api";
import { useRead } from "@/shell";
import { Icon } from "@/parts";

import { Fold } from "./Fold";
import { Costs } from "./promise/Costs";

/** What was shown before the purchase: it still holds. Who was shown nothing reads what is free anyway. */
export function Promised({ job }: { job: JobPage }) {
  const { data } = useRead(job.promise_id ? "/api/v1/promises/{token}" : null, { path: { token: job.promise_id } });
  const line = data?.answer.lines.find((one) => one.sku === job.sku) ?? data?.answer.lines[0];
  if (data && line) {
    return <Fold id="fold-promised" title="买之前答应您的"><Costs answer={data.answer} line={line} /></Fold>;
  }
  if (!job.assured?.free.length) return null;
  return (
    <Fold id="fold-promised" title="哪些不要钱">
      {job.assured.free.map((one) => <View key={one} className="tz-free"><Icon name="check" />{one}</View>)}
    </Fold>
  );
}
