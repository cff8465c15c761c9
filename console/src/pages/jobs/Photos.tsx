import { Card, Empty, Image, Tag } from "antd";

import { api, type Schemas } from "@/api/client";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Photo = Schemas["PhotoCard"];

const link = (photo: Photo, variant: string) => photo.links.find((one) => one.variant === variant)?.url ?? "";

/** What was photographed; where nothing can be opened it was erased. */
export function Photos({ job }: { job: Schemas["JobPage"] }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/photos", { params: { path: { job_id: job.id }, query: { limit: 100 } } });
  return (
    <Card size="small" title="照片">
      <Loaded asked={asked}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="还没有照片" />
          ) : (
            <Image.PreviewGroup>
              <div style={{ display: "flex", flexWrap: "wrap", gap: 12 }}>
                {items.map((photo) => (
                  <figure key={photo.id} style={{ margin: 0, width: 132 }}>
                    <Image width={132} height={99} style={{ objectFit: "cover" }} src={link(photo, "320")} preview={{ src: link(photo, "1280") }} alt={photo.slot_name} />
                    <figcaption>
                      {photo.slot_name}
                      <div className="quiet">{time(photo.captured_at ?? photo.received_at)}</div>
                      {photo.findings.map((finding) => (
                        <Tag key={finding.code} color={finding.weight >= 40 ? "red" : "gold"} title={finding.reason}>
                          {finding.weight >= 40 && "▲ "}
                          {finding.reason.slice(0, 12)}
                        </Tag>
                      ))}
                    </figcaption>
                  </figure>
                ))}
              </div>
            </Image.PreviewGroup>
          )
        }
      </Loaded>
    </Card>
  );
}
