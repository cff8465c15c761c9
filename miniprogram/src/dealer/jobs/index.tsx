import { View } from "@tarojs/components";
import Taro, { useDidShow, useRouter } from "@tarojs/taro";
import { useCallback, useEffect, useRef, useState } from "react";

import { said, type Schemas } from "@/api";
import { api, Frame, go } from "@/shell";
import { STATUSES } from "@/made/words";
import { Card, Choice, Countdown, Empty, Failed, List, Loading, Tag, Time } from "@/parts";
import { platform } from "@/platform";

type Line = Schemas["JobLine"];

const URGED = "urged"; // whatever their status
const SHOWN = ["accepted", "booked", "on_site", "submitted", "suspended", "rework", "confirmed"] as const;
type Show = (typeof SHOWN)[number] | typeof URGED;
const NAMES = [[URGED, "催办"], ...SHOWN.map((code) => [code, STATUSES[code] ?? code] as const)] as const;

const PAGE = 100;
const ROW = 104; // pixels at the usual text size
const ABOVE = 190; // what stands over the list

/** Every job of the dealer by where it stands, however many there are. `?show=accepted`. */
export default function DealerJobs() {
  const { show } = useRouter().params;
  return <Frame>{() => <All first={NAMES.some(([code]) => code === show) ? (show as Show) : "booked"} />}</Frame>;
}

function All({ first }: { first: Show }) {
  const [show, setShow] = useState<Show>(first);
  const { rows, failed, more, anew } = useJobs(show);
  const scale = platform.textScale();
  return (
    <View>
      <Choice label="到哪一步了" options={NAMES} value={show} onChange={(code) => setShow(code as Show)} />
      {failed && <Failed why={failed} again={anew} />}
      {!rows ? !failed && <Loading /> : rows.length === 0 ? <Empty>没有这样的工单</Empty> : (
        <List
          rows={rows}
          name={(job) => job.id}
          height={Math.round(ROW * scale)}
          room={Math.max(300, Taro.getSystemInfoSync().windowHeight - ABOVE)}
          onEnd={more}
          draw={(job) => (
            <Card id={`job-${job.id}`} title={job.product_name} aside={<Standing job={job} />} onPress={() => go("dealerJob", { id: job.id })}>
              <View className="tz-quiet tz-one">{job.window_start ? <Time at={job.window_start} until={job.window_end} /> : "还没约时间"} {job.place}</View>
            </Card>
          )}
        />
      )}
    </View>
  );
}

/** What the desk is to do about it, in a word. */
function Standing({ job }: { job: Line }) {
  if (job.urged_until) return <Tag kind="bad">催办 <Countdown until={job.urged_until} /></Tag>;
  if (job.next_contact_at) return <Tag kind="wait"><Time at={job.next_contact_at} /> 再联系</Tag>;
  if (job.status !== "accepted") return null;
  return <Tag kind={job.installer_id ? "wait" : "warn"}>{job.installer_id ? "待预约" : "待指派"}</Tag>;
}

/** Page after page, as the list is scrolled; anew when the page is shown again. */
function useJobs(show: Show) {
  const [rows, setRows] = useState<Line[]>();
  const [failed, setFailed] = useState<string>();
  const next = useRef<string | null>("");
  const asking = useRef("");
  const more = useCallback(async () => {
    const cursor = next.current;
    const wish = `${show}/${cursor}`;
    if (cursor === null || asking.current === wish) return;
    asking.current = wish;
    const among = show === URGED ? { urged: true } : { status: show };
    try {
      const page = await api.get("/api/v1/jobs", { query: { ...among, limit: PAGE, ...(cursor ? { cursor } : {}) } });
      if (asking.current !== wish) return; // another one was chosen meanwhile
      next.current = page.next_cursor;
      setFailed(undefined);
      setRows((known) => [...(cursor ? (known ?? []) : []), ...page.items]);
    } catch (error) {
      if (asking.current !== wish) return;
      asking.current = "";
      setFailed(said(error));
    }
  }, [show]);
  const anew = useCallback(async () => {
    next.current = "";
    asking.current = "";
    await more();
  }, [more]);
  useEffect(() => {
    setRows(undefined);
    setFailed(undefined);
    void anew();
  }, [anew]);
  useDidShow(() => void (asking.current && anew()));
  return { rows, failed, more: () => void more(), anew };
}
