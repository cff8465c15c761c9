import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { FINDINGS, word } from "@/app/words";
import { type At, link, type Shown, useRested, useWindow } from "./wall";

const CELL = 172;
const ROW = 190;

interface Props {
  index: readonly At[];
  at: number;
  onMove: (to: number) => void;
  onOpen: () => void;
  /** What was said of a job meanwhile, in a word. */
  told: (jobId: number) => string | undefined;
  marked: (photoId: number) => boolean;
  /** Hands the photo under the cursor to whoever shows it large. */
  onShown: (shown: Shown | undefined) => void;
}

/** Thousands of photos in rows of one height, of which only those in sight exist. */
export function Grid({ index, at, onMove, onOpen, told, marked, onShown }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [{ width, height }, measure] = useState({ width: 0, height: 0 });
  const [top, scroll] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(() => measure({ width: box.current!.clientWidth, height: box.current!.clientHeight }));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const columns = Math.max(1, Math.floor(width / CELL));
  const first = Math.max(0, Math.floor(top / ROW) - 1) * columns;
  const last = Math.min(index.length, (Math.ceil((top + height) / ROW) + 1) * columns);
  const range = useRested(`${first}-${last}`, 80).split("-").map(Number);
  const shown = useWindow(index, range[0]!, range[1]!);
  const current = shown.get(index[at]?.id ?? 0);
  useEffect(() => onShown(current), [current, onShown]);
  useLayoutEffect(() => {
    const row = Math.floor(at / columns) * ROW;
    const { current: seen } = box;
    if (!seen || seen.clientHeight === 0) return;
    if (row < seen.scrollTop) seen.scrollTop = row;
    else if (row + ROW > seen.scrollTop + seen.clientHeight) seen.scrollTop = row + ROW - seen.clientHeight;
  }, [at, columns, height]);
  const press = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -Infinity, End: Infinity,
      PageUp: -columns * Math.floor(height / ROW), PageDown: columns * Math.floor(height / ROW),
    }; // prettier-ignore
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onMove(step);
  };
  return (
    <div
      ref={box}
      className="wall"
      role="listbox"
      aria-label="照片"
      tabIndex={0}
      aria-activedescendant={index[at] && `photo-${index[at].id}`}
      onKeyDown={press}
      onScroll={() => scroll(box.current!.scrollTop)}
    >
      <div role="presentation" style={{ height: Math.ceil(index.length / columns) * ROW }} />
      {index.slice(first, last).map(({ id, job_id }, offset) => {
        const place = first + offset;
        return (
          <div
            key={id}
            id={`photo-${id}`}
            role="option"
            aria-selected={place === at}
            aria-label={shown.has(id) ? undefined : `照片 ${id}`}
            className="tile"
            style={{ top: Math.floor(place / columns) * ROW, left: (place % columns) * (width / columns), width: width / columns - 8 }}
            onClick={() => onMove(place - at)}
            onDoubleClick={onOpen}
          >
            <Face shown={shown.get(id)} told={told(job_id)} marked={marked(id)} />
          </div>
        );
      })}
    </div>
  );
}

const found = ({ photo }: Shown) => photo.findings.map((finding) => word(FINDINGS, finding.code)).join(" ");

function Face({ shown, told, marked }: { shown?: Shown; told?: string; marked: boolean }) {
  if (!shown) return <div className="blank" />;
  const heavy = shown.photo.findings.some((finding) => finding.weight >= 40);
  return (
    <>
      <img src={link(shown.photo, "320")} alt="" draggable={false} />
      <div className="caption">
        {shown.photo.slot_name} · {shown.job.id}
      </div>
      <div className={heavy ? "flags heavy" : "flags"}>{told ?? `${marked ? "✗ 已标记 " : ""}${found(shown)}`}</div>
    </>
  );
}
