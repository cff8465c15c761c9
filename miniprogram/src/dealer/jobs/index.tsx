import { View } from "@tarojs/components";
import Taro from "@tarojs/taro";
import { useCallback, useEffect, useRef, useState } from "react";

import type { Schemas } from "@/api";
import { api, Frame, go } from "@/shell";
import { STATUSES } from "@/made/words";
import { Card, Choice, Empty, List, Loading, tell, Time } from "@/parts";
import { platform } from "@/platform";

type Line = Schemas["JobLine"];

const SHOWN = ["accepted", "booked", "on_site", "submitted", "suspended", "rework", "confirmed"] as const;
type Status = (typeof SHOWN)[number];
const PAGE = 100;
const ROW = 104; // pixels at the usual text size
const ABOVE = 190; // what stands over the list

/** Every job of the dealer by where it stands, however many there are. */
export default function DealerJobs() {
  return <Frame>{() => <All />}</Frame>;
}

function All() {
  const [status, setStatus] = useState<Status>("booked");
  const { rows, more } = useJobs(status);
  const scale = platform.textScale();
  return (
    <View>
      <Choice label="到哪一步了" options={SHOWN.map((code) => [code, STATUSES[code] ?? code] as const)} value={status} onChange={(code) => setStatus(code as Status)} />
      {!rows ? <Loading /> : rows.length === 0 ? <Empty>没有这样的工单</Empty> : (
        <List
          rows={rows}
          name={(job) => job.id}
          height={Math.round(ROW * scale)}
          room={Math.max(300, Taro.getSystemInfoSync().windowHeight - ABOVE)}
          onEnd={more}
          draw={(job) => (
            <Card title={job.product_name} onPress={() => go("dealerJob", { id: job.id })}>
              <View className="tz-quiet tz-one">{job.window_start ? <Time at={job.window_start} until={job.window_end} /> : "还没约时间"} {job.place}</View>
            </Card>
          )}
        />
      )}
    </View>
  );
}

/** Page after page, as the list is scrolled. */
function useJobs(status: Status): { rows: Line[] | undefined; more: () => void } {
  const [rows, setRows] = useState<Line[]>();
  const next = useRef<string | null>("");
  const asking = useRef("");
  const more = useCallback(() => {
    const cursor = next.current;
    const wish = `${status}/${cursor}`;
    if (cursor === null || asking.current === wish) return;
    asking.current = wish;
    api.get("/api/v1/jobs", { query: { status, limit: PAGE, ...(cursor ? { cursor } : {}) } }).then((page) => {
      if (asking.current !== wish) return; // another status was chosen meanwhile
      next.current = page.next_cursor;
      setRows((known) => [...(known ?? []), ...page.items]);
    }, (error: unknown) => {
      asking.current = "";
      tell.failed(error);
    });
  }, [status]);
  useEffect(() => {
    next.current = "";
    setRows(undefined);
    more();
  }, [more]);
  return { rows, more };
}
