import { Button, Card, Empty, Select, Tag } from "antd";
import { useState } from "react";

import { api } from "@/api/client";
import { AUDIT_REASONS, options } from "@/app/words";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import type { useMarks } from "./marks";
import type { Reason } from "./verdicts";
import { Viewer } from "./Viewer";
import { link } from "./wall";

const LOOKED_FOR = new Set(["reused", "retaken", "duplicate_slot"]);

interface Props {
  jobId: number;
  judging: boolean;
  marks: ReturnType<typeof useMarks>;
}

/** A job's photos with what was found on each and what one holds against it. */
export function PhotoStrip({ jobId, judging, marks }: Props) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/photos", { params: { path: { job_id: jobId }, query: { limit: 100 } } });
  const [open, show] = useState<{ place: number; comparing: boolean } | null>(null);
  return (
    <Card size="small" title="照片" style={{ marginBottom: 16 }}>
      <Loaded asked={asked}>
        {({ items }) => (
          <>
            {items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="没有照片" />}
            <div className="strip">
              {items.map((photo, place) => (
                <figure key={photo.id}>
                  <button type="button" aria-label={`放大 ${photo.slot_name}`} onClick={() => show({ place, comparing: false })}>
                    {photo.erased_at ? "已删除" : <img src={link(photo, "320")} alt={photo.slot_name} />}
                  </button>
                  <figcaption>
                    <strong>{photo.slot_name}</strong> {photo.status !== "active" && <Tag>已撤换</Tag>}
                    <div className="quiet">{time(photo.captured_at ?? photo.received_at)}</div>
                    {photo.findings.map((finding) => (
                      <div key={finding.code}>
                        <Tag color={finding.weight >= 40 ? "red" : "gold"}>{finding.weight}</Tag>
                        {finding.reason}
                      </div>
                    ))}
                    {photo.findings.some((finding) => LOOKED_FOR.has(finding.code)) && (
                      <Button size="small" onClick={() => show({ place, comparing: true })}>
                        与原照片对照
                      </Button>
                    )}
                    {judging && (
                      <Select<Reason[]>
                        mode="multiple"
                        size="small"
                        aria-label={`${photo.slot_name}的问题`}
                        placeholder="有问题？"
                        style={{ width: "100%", marginTop: 4 }}
                        options={options(AUDIT_REASONS) as { value: Reason; label: string }[]}
                        value={marks.of(jobId).filter((mark) => mark.photoId === photo.id).map((mark) => mark.reason)}
                        onSelect={(reason: Reason) => marks.toggle({ id: photo.id, job_id: jobId }, reason)}
                        onDeselect={(reason: Reason) => marks.toggle({ id: photo.id, job_id: jobId }, reason)}
                      />
                    )}
                  </figcaption>
                </figure>
              ))}
            </div>
            {open && items[open.place] && (
              <Viewer
                photoId={items[open.place]!.id}
                comparing={open.comparing}
                onStep={(step) => show({ ...open, place: Math.max(0, Math.min(items.length - 1, open.place + step)) })}
                onClose={() => show(null)}
              />
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}
