import type { Schemas } from "@/api/client";
import { time } from "@/parts/format";

type Scene = Schemas["Scene"];

const WIDTH = 640;
const LEFT = 78;
const ROW = 26;
const HOUR = 3_600_000;

interface Mark {
  at: number;
  words: string;
}

interface Row {
  name: string;
  colour: string;
  marks: Mark[];
}

const of = (at: string | null, words: string): Mark[] => (at ? [{ at: Date.parse(at), words: `${words} ${time(at)}` }] : []);

function rowsOf(scene: Scene): Row[] {
  return [
    {
      name: "工单",
      colour: "#0072b2",
      marks: [...scene.arrivals.flatMap((one) => of(one.occurred_at, "签到")), ...of(scene.submitted_at, "提交"), ...of(scene.confirmed_at, "验收")],
    },
    { name: "手机说", colour: "#d55e00", marks: scene.photos.flatMap((photo) => of(photo.captured_at, photo.slot_name)) },
    { name: "相机说", colour: "#a03c78", marks: scene.photos.flatMap((photo) => of(photo.exif_taken_at, photo.slot_name)) },
    { name: "收到", colour: "#10312f", marks: scene.photos.flatMap((photo) => of(photo.received_at, photo.slot_name)) },
  ];
}

/** The visit on one line, and beside it what each clock said; what lies days away stands at the edge and says so. */
export function SceneTimes({ scene }: { scene: Scene }) {
  const rows = rowsOf(scene);
  const visit = [scene.window_start, scene.window_end, scene.submitted_at, ...scene.arrivals.map((one) => one.occurred_at)];
  const known = visit.flatMap((at) => (at ? [Date.parse(at)] : []));
  if (known.length === 0) return null;
  const from = Math.min(...known) - HOUR;
  const until = Math.max(...known) + HOUR;
  const x = (at: number) => LEFT + ((Math.max(from, Math.min(until, at)) - from) / (until - from)) * (WIDTH - LEFT - 10);
  const height = rows.length * ROW + 22;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label="时间线" style={{ width: "100%", maxWidth: WIDTH, margin: "8px 0" }}>
      {scene.window_start && scene.window_end && (
        <rect x={x(Date.parse(scene.window_start))} width={Math.max(2, x(Date.parse(scene.window_end)) - x(Date.parse(scene.window_start)))} y={0} height={rows.length * ROW} fill="#e3f1ee">
          <title>预约时段</title>
        </rect>
      )}
      {rows.map((row, place) => (
        <g key={row.name}>
          <text x={0} y={place * ROW + 18} fontSize={13}>
            {row.name}
          </text>
          <line x1={LEFT} x2={WIDTH} y1={place * ROW + 13} y2={place * ROW + 13} stroke="#c3cfcf" />
          {row.marks.map((mark, number) => (
            <path key={number} d={shape(x(mark.at), place * ROW + 13, mark.at < from ? -1 : mark.at > until ? 1 : 0)} fill={row.colour} fillOpacity={0.8}>
              <title>{mark.words}</title>
            </path>
          ))}
        </g>
      ))}
      <text x={LEFT} y={height - 4} fontSize={12} fill="#5c6b6b">
        {time(new Date(from).toISOString())}
      </text>
      <text x={WIDTH} y={height - 4} fontSize={12} fill="#5c6b6b" textAnchor="end">
        {time(new Date(until).toISOString())}
      </text>
    </svg>
  );
}

/** A dot; an arrow at the edge for what lies beyond it. */
const shape = (x: number, y: number, beyond: -1 | 0 | 1) =>
  beyond ? `M${x + 8 * beyond} ${y}l${-10 * beyond} -6v12z` : `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`;
