import { Button, Space, Tag } from "antd";
import { Link } from "react-router";

import { AUDIT_REASONS, AUDIT_WHYS, CAPTURES, word } from "@/app/words";
import { time } from "@/parts/format";
import { type Mark, REASON_KEYS } from "./marks";
import type { Reason } from "./verdicts";
import { link, type Shown } from "./wall";

interface Props {
  shown: Shown | undefined;
  /** Whether its job waits for one's word. */
  judging: boolean;
  told: string | undefined;
  marks: readonly Mark[];
  onMark: (reason: Reason) => void;
  onPass: () => void;
  onFace: (face: "zoom" | "compare" | "fail") => void;
}

/** The photo under the cursor, all that is known of it, and what may be said. */
export function Panel({ shown, judging, told, marks, onMark, onPass, onFace }: Props) {
  if (!shown) return <aside className="panel quiet">正在读取…</aside>;
  const { photo, job } = shown;
  const mine = marks.filter((mark) => mark.photoId === photo.id).map((mark) => mark.reason);
  return (
    <aside className="panel" aria-label="当前照片">
      <img className="large" src={link(photo, "320")} alt={photo.slot_name} />
      <h2 style={{ fontSize: 15, margin: "8px 0 2px" }}>{photo.slot_name}</h2>
      <div>
        <Link to={`/audits/${job.id}`}>工单 {job.id}</Link> · {job.product_name}
      </div>
      <div>
        {job.dealer_name ?? "—"} · 风险 {job.risk} {job.why && <Tag>{word(AUDIT_WHYS, job.why)}</Tag>}
      </div>
      <div className="quiet">
        {photo.captured_at && `${time(photo.captured_at)} 拍，`}
        {time(photo.received_at)} 收到，{word(CAPTURES, photo.capture)}
      </div>
      {[...photo.findings, ...job.findings].map((finding) => (
        <div key={finding.code} style={{ marginTop: 4 }}>
          <Tag color={finding.weight >= 40 ? "red" : "gold"}>{finding.weight}</Tag>
          {finding.reason}
        </div>
      ))}
      <Space wrap style={{ margin: "10px 0" }}>
        <Button type="primary" disabled={!judging} onClick={onPass}>
          合格 <kbd>P</kbd>
        </Button>
        <Button danger disabled={!judging} onClick={() => onFace("fail")}>
          不合格 <kbd>F</kbd>
        </Button>
        <Button onClick={() => onFace("zoom")}>
          放大 <kbd>Z</kbd>
        </Button>
        <Button onClick={() => onFace("compare")}>
          对照 <kbd>C</kbd>
        </Button>
      </Space>
      {told && <div role="status">{told}</div>}
      {judging && (
        <ul className="reasons" aria-label="这张照片的问题">
          {[...REASON_KEYS].map(([key, reason]) => (
            <li key={reason}>
              <Button type="text" size="small" aria-pressed={mine.includes(reason)} onClick={() => onMark(reason)}>
                <kbd>{key}</kbd> {mine.includes(reason) ? "✗ " : ""}
                {word(AUDIT_REASONS, reason)}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <p className="quiet" style={{ fontSize: 12 }}>
        <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd> 照片，<kbd>N</kbd> <kbd>B</kbd> 下一个、上一个工单，<kbd>U</kbd> 撤销，<kbd>Esc</kbd> 关闭
      </p>
    </aside>
  );
}
