import { share } from "@/parts/format";

const WIDTH = 190;

interface Props {
  low: number;
  high: number;
  value: number | null;
  /** The right end of the common axis, in basis points. */
  most: number;
}

/** A rate with how sure it is, on an axis that all lines share. */
export function Interval({ low, high, value, most }: Props) {
  const x = (bp: number) => 4 + (bp / most) * (WIDTH - 8);
  const told = `${value === null ? "未知" : share(value)}（${share(low)} 至 ${share(high)}）`;
  return (
    <svg width={WIDTH} height={22} role="img" aria-label={told} style={{ display: "block" }}>
      <title>{told}</title>
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <line key={part} x1={x(part * most)} x2={x(part * most)} y1={0} y2={22} stroke="#e4eaea" />
      ))}
      <path d={`M${x(low)} 6v10m0 -5H${x(high)}m0 -5v10`} stroke="#0072b2" strokeWidth={2} fill="none" strokeDasharray={value === null ? "4 3" : undefined} />
      {value !== null && <circle cx={x(value)} cy={11} r={5} fill="#d55e00" />}
    </svg>
  );
}
