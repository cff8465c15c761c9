import { Button, Descriptions, Modal, Space } from "antd";
import { useState } from "react";

import { api, type Schemas } from "@/api/client";
import { metres, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Compare } from "./Compare";
import { link } from "./wall";

interface Props {
  photoId: number;
  comparing: boolean;
  onStep: (step: number) => void;
  onClose: () => void;
}

/** One photo as large as the screen, or beside the one it may have been copied from. */
export function Viewer({ photoId, comparing, onStep, onClose }: Props) {
  const [beside, setBeside] = useState(comparing);
  const [whole, setWhole] = useState(false);
  const press = (event: React.KeyboardEvent) => {
    const deeds: Record<string, () => void> = {
      ArrowLeft: () => onStep(-1), ArrowRight: () => onStep(1), z: () => setWhole(!whole), c: () => setBeside(!beside),
    }; // prettier-ignore
    const deed = deeds[event.key];
    if (!deed || (event.target as HTMLElement).role === "slider") return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  };
  return (
    <Modal open title={`照片 ${photoId}`} footer={null} width="min(1560px, 96vw)" style={{ top: 16 }} onCancel={onClose} destroyOnHidden>
      <div onKeyDown={press} tabIndex={-1} ref={(box) => box?.focus()} style={{ outline: "none" }}>
        <Space style={{ marginBottom: 8 }}>
          <Button onClick={() => onStep(-1)}>上一张 ←</Button>
          <Button onClick={() => onStep(1)}>下一张 →</Button>
          <Button onClick={() => setBeside(!beside)}>{beside ? "看整张" : "对照"} C</Button>
          {!beside && <Button onClick={() => setWhole(!whole)}>{whole ? "适合窗口" : "原大"} Z</Button>}
        </Space>
        {beside ? <Compare key={photoId} photoId={photoId} /> : <Large photoId={photoId} whole={whole} />}
      </div>
    </Modal>
  );
}

function Large({ photoId, whole }: { photoId: number; whole: boolean }) {
  const asked = api.useQuery("get", "/api/v1/photos/{photo_id}", { params: { path: { photo_id: photoId } } }, { staleTime: 60_000 });
  return (
    <Loaded asked={asked}>
      {({ photo, evidence }) => (
        <>
          {evidence && <Facts photo={photo} evidence={evidence} />}
          <div className={whole ? "zoomed whole" : "zoomed"}>
            <img src={link(photo, whole ? "full" : "1280")} alt={`${photo.slot_name}，工单 ${photo.job_id}`} />
          </div>
        </>
      )}
    </Loaded>
  );
}

function Facts({ photo, evidence }: { photo: Schemas["PhotoCard"]; evidence: Schemas["Evidence"] }) {
  const items = [
    { label: "手机说拍于", children: time(photo.captured_at) },
    { label: "相机说拍于", children: time(evidence.exif_taken_at) },
    { label: "收到", children: time(photo.received_at) },
    { label: "相机", children: evidence.exif_device ?? "—" },
    { label: "手机定位", children: evidence.has_point ? `有（误差 ${metres(evidence.point_accuracy_m === null ? null : Math.round(evidence.point_accuracy_m))}）` : "没有" },
    { label: "大小", children: `${photo.width}×${photo.height}，亮度 ${photo.brightness}，清晰度 ${photo.sharpness}` },
  ];
  return <Descriptions size="small" column={6} layout="vertical" items={items.map((item) => ({ key: item.label, ...item }))} style={{ marginBottom: 8 }} />;
}
