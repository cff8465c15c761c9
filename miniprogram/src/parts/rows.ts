const BESIDE = 6;

/** Which rows to draw: `from` inclusive, `to` exclusive. 500 rows of 100 px, 700 px of room, scrolled by 1,000: 4 … 23. */
export function seenRows(top: number, room: number, height: number, count: number): { from: number; to: number } {
  const first = Math.floor(Math.max(0, top) / height);
  const last = Math.ceil((Math.max(0, top) + room) / height);
  const to = Math.min(count, last + BESIDE);
  return { from: Math.max(0, Math.min(first - BESIDE, to)), to };
}
