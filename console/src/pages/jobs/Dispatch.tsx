import { Card, Collapse, Empty, Tag } from "antd";

import { api, type Schemas } from "@/api/client";
import { OFFERS, word } from "@/app/words";
import { metres, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Funnel = Schemas["FunnelLine"];

/** Which dealers were asked, and for each that was weighed why it stayed in or fell out. */
export function Dispatch({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/dispatch", { params: { path: { job_id: jobId } } });
  return (
    <Card size="small" title="派单经过">
      <Loaded asked={asked}>
        {({ offers, current }) => (
          <>
            {offers.map((offer) => (
              <div key={offer.id}>
                第 {offer.round} 轮 {offer.dealer_name} <Tag>{word(OFFERS, offer.status)}</Tag>
                <span className="quiet">{time(offer.offered_at)} 发出，{time(offer.expires_at)} 前有效</span>
              </div>
            ))}
            {offers.length + current.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="没有派过单，也没有网点可派" />}
            {current.length > 0 && <Weighed lines={current} />}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Weighed({ lines }: { lines: readonly Funnel[] }) {
  return (
    <Collapse
      size="small"
      style={{ marginTop: 8 }}
      items={lines.map((line) => ({
        key: line.dealer_id,
        label: (
          <>
            {line.dealer_name} <Tag color={line.kept ? "green" : "default"}>{line.kept ? "可派" : "不可派"}</Tag> {line.distance_m != null && metres(line.distance_m)}
            <span className="quiet"> {decisive(line)}</span>
          </>
        ),
        children: (
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {line.steps.map((step) => (
              <li key={step.step}>
                {step.ok ? "✓" : "✗"} {step.words}
              </li>
            ))}
          </ul>
        ),
      }))}
    />
  );
}

/** Why it stands where it stands: what put it behind another one, or all that it fell out by. */
const decisive = ({ kept, steps }: Funnel): string =>
  steps
    .filter((step) => !step.ok && (!kept || step.step === "place"))
    .map((step) => step.words)
    .join("；");
