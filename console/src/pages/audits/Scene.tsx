import { Alert, Tag } from "antd";

import { api, type Schemas } from "@/api/client";
import { OUTSIDE_REASONS, word } from "@/app/words";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { SceneMap } from "./SceneMap";
import { SceneTimes } from "./SceneTimes";
import { WideTable } from "@/parts/WideTable";

type Times = Schemas["PhotoTimes"];
type Arrival = Schemas["ArrivalSeen"];

const RESULTS: Record<string, { colour: string; label: string }> = {
  inside: { colour: "green", label: "范围内" },
  outside: { colour: "red", label: "范围外" },
  unknown: { colour: "default", label: "无法核对" },
};

const COLUMNS = [
  { title: "照片", dataIndex: "photo_id" },
  { title: "拍照项", dataIndex: "slot_name" },
  { title: "手机说", dataIndex: "captured_at", render: time },
  { title: "相机说", dataIndex: "exif_taken_at", render: time },
  { title: "收到", dataIndex: "received_at", render: time },
];

/** Where and when the evidence was made, drawn without a map of the world: metres from the customer's door. */
export function Scene({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/scene", { params: { path: { job_id: jobId } } });
  return (
    <Loaded asked={asked}>
      {(scene) => (
        <>
          {scene.arrivals.map((arrival) => (
            <Arrived key={arrival.received_at} arrival={arrival} />
          ))}
          {scene.origin ? <SceneMap scene={scene} /> : <Alert type="info" title="没有可用的门牌或签到位置，无法作图" />}
          <SceneTimes scene={scene} />
          <WideTable<Times> columns={COLUMNS} dataSource={scene.photos} rowKey="photo_id" locale={{ emptyText: "没有照片" }} />
        </>
      )}
    </Loaded>
  );
}

function Arrived({ arrival }: { arrival: Arrival }) {
  const result = RESULTS[arrival.result] ?? RESULTS.unknown!;
  return (
    <div style={{ marginBottom: 6 }}>
      {time(arrival.occurred_at)} 签到 <Tag color={result.colour}>{result.label}</Tag>
      {arrival.distance_m !== null && `距工单位置 ${arrival.distance_m} 米`} {arrival.reason && word(OUTSIDE_REASONS, arrival.reason)}
    </div>
  );
}
