import { Card } from "antd";

import { api } from "@/api/client";
import { ROLES, word } from "@/app/words";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

/** What was written about the job beside its complaints, newest first. */
export function Notes({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/notes", { params: { path: { job_id: jobId } } });
  return (
    <Card size="small" title="写过的话">
      <Loaded asked={asked}>
        {({ items }) =>
          items.length === 0 ? (
            <span className="quiet">没有</span>
          ) : (
            <ul className="lines">
              {[...items].reverse().map((note) => (
                <li key={note.seq}>
                  <span className="quiet">
                    {time(note.at)} {word(ROLES, note.by_role)} · {note.name}
                    {note.reason_name && `（${note.reason_name}）`}：
                  </span>
                  {note.text ?? <span className="quiet">内容已删除</span>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}
