import type { Schemas } from "@/api/client";
import { metres } from "@/parts/format";

type Spot = Schemas["SpotSeen"];

const SIDE = 400;
const MIDDLE = SIDE / 2;

/** Told apart by shape as well as by colour. */
const KINDS: Record<string, { name: string; colour: string; shape: (x: number, y: number) => string }> = {
  door: { name: "门牌", colour: "#10312f", shape: (x, y) => `M${x - 7} ${y - 7}h14v14h-14z` },
  check_in: { name: "签到", colour: "#0072b2", shape: (x, y) => `M${x} ${y - 12}l12 12l-12 12l-12 -12z` },
  phone: { name: "照片（手机定位）", colour: "#d55e00", shape: (x, y) => `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z` },
  exif: { name: "照片（相机定位）", colour: "#a03c78", shape: (x, y) => `M${x} ${y - 8}l8 14h-16z` },
};

/** A round number of metres that fits. */
function scaleOf(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((step) => step * power).find((step) => step <= most) ?? power;
}

const far = ({ east_m, north_m }: Spot) => Math.round(Math.hypot(east_m, north_m));

const told = (spot: Spot) => `${KINDS[spot.source]?.name ?? spot.source}${spot.photo_id ? ` ${spot.photo_id}` : ""}，距离 ${metres(far(spot))}${spot.accuracy_m ? `，误差 ${Math.round(spot.accuracy_m)} 米` : ""}`;

/** The ring that is allowed, how sure each point is, and every point, north above. */
export function SceneMap({ scene }: { scene: Schemas["Scene"] }) {
  const reach = Math.max(scene.ring_m, ...scene.spots.map(far)) * 1.12;
  const pixels = MIDDLE / reach;
  const bar = scaleOf(reach / 2);
  const x = (spot: Spot) => MIDDLE + spot.east_m * pixels;
  const y = (spot: Spot) => MIDDLE - spot.north_m * pixels;
  const beyond = scene.spots.filter((spot) => far(spot) > scene.ring_m + (spot.accuracy_m ?? 0));
  const sources = Object.keys(KINDS).filter((source) => scene.spots.some((spot) => spot.source === source));
  return (
    <div style={{ display: "flex", gap: 12, flexWrap: "wrap" }}>
      <svg viewBox={`0 0 ${SIDE} ${SIDE}`} width={300} height={300} role="img" aria-label={`位置图：${scene.spots.map(told).join("；")}`} style={{ background: "#f7faf9", border: "1px solid #e4eaea" }}>
        <circle cx={MIDDLE} cy={MIDDLE} r={scene.ring_m * pixels} fill="#e3f1ee" stroke="#0b6e72" strokeDasharray="6 4" />
        {scene.spots.map((spot, place) => (
          <circle key={place} cx={x(spot)} cy={y(spot)} r={(spot.accuracy_m ?? 0) * pixels} fill={KINDS[spot.source]?.colour} fillOpacity={0.08} stroke={KINDS[spot.source]?.colour} strokeOpacity={0.4} />
        ))}
        {beyond.map((spot, place) => (
          <line key={place} x1={MIDDLE} y1={MIDDLE} x2={x(spot)} y2={y(spot)} stroke="#a8071a" strokeDasharray="3 3" />
        ))}
        {scene.spots.map((spot, place) => (
          <path key={place} d={KINDS[spot.source]?.shape(x(spot), y(spot))} fill={KINDS[spot.source]?.colour} stroke="#fff" strokeWidth={1.5}>
            <title>{told(spot)}</title>
          </path>
        ))}
        <path d={`M14 ${SIDE - 14}h${bar * pixels}m0 -4v8m${-bar * pixels} 0v-8`} stroke="#10312f" strokeWidth={2} fill="none" />
        <text x={14} y={SIDE - 22} fontSize={14}>
          {metres(bar)}
        </text>
        <text x={SIDE - 24} y={24} fontSize={14}>
          北
        </text>
      </svg>
      <ul style={{ listStyle: "none", margin: 0, padding: 0, flex: 1, minWidth: 150 }}>
        {sources.map((source) => (
          <li key={source}>
            <svg width={20} height={20} aria-hidden="true" style={{ verticalAlign: "middle" }}>
              <path d={KINDS[source]!.shape(10, 10)} fill={KINDS[source]!.colour} />
            </svg>{" "}
            {KINDS[source]!.name}
          </li>
        ))}
        <li className="quiet">虚线圈：{scene.origin === "door" ? "门牌" : "签到处"}周围 {scene.ring_m} 米；浅色圆：定位误差</li>
        {beyond.map((spot, place) => (
          <li key={place} style={{ color: "#a8071a" }}>
            {told(spot)}
          </li>
        ))}
      </ul>
    </div>
  );
}
