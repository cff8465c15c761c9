/** Nine numbers by rows that take a point (x, y, 1) of one picture to its place on another. */
export type Matrix = readonly number[];
export type Spot = readonly [number, number];

export const SAME: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export function times(a: Matrix, b: Matrix): Matrix {
  const cell = (row: number, column: number) => [0, 1, 2].reduce((sum, k) => sum + a[3 * row + k]! * b[3 * k + column]!, 0);
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => cell(row, column)));
}

/** The way back (but for a factor, which changes no place). */
export function inverse([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0]: Matrix): Matrix {
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
}

export function move(m: Matrix, [x, y]: Spot): Spot {
  const w = m[6]! * x + m[7]! * y + m[8]!;
  return [(m[0]! * x + m[1]! * y + m[2]!) / w, (m[3]! * x + m[4]! * y + m[5]!) / w];
}

/** As if held before a mirror. */
export const mirror = (width: number): Matrix => [-1, 0, width, 0, 1, 0, 0, 0, 1];

/** The same for a style, where a picture lies in space. */
export const css = ([a, b, c, d, e, f, g, h, i]: Matrix): string => `matrix3d(${[a, d, 0, g, b, e, 0, h, 0, 0, 1, 0, c, f, 0, i].join()})`;
