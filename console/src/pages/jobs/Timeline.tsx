import { Card, Timeline as Line, Typography } from "antd";

import { api, type Schemas } from "@/api/client";
import { ACTIONS, ROLES, STATUSES, word } from "@/app/words";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Event = Schemas["EventLine"];

/** The chain of what happened, newest first; the hash is what an evidence pack shows, too. */
export function Timeline({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/events", { params: { path: { job_id: jobId } } });
  return (
    <Card size="small" title="经过">
      <Loaded asked={asked}>
        {({ items }) => <Line items={[...items].sort((a, b) => b.seq - a.seq).map((event) => ({ key: event.seq, children: <Told event={event} /> }))} />}
      </Loaded>
    </Card>
  );
}

function Told({ event }: { event: Event }) {
  const moved = event.from_status !== event.to_status;
  return (
    <>
      <strong>{word(ACTIONS, event.action)}</strong> {moved && `→ ${word(STATUSES, event.to_status)}`}
      <div className="quiet">
        {time(event.occurred_at)} · {word(ROLES, event.actor_role)}
        <Typography.Text type="secondary" title={event.hash}>
          {" "}
          #{event.seq} {event.hash.slice(0, 8)}
        </Typography.Text>
      </div>
    </>
  );
}
