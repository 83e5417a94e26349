/** Areas that are not strokes: polygons and flood fills, as runs. Evaluated by the author only; refuses points that are not finite. */
import { MaskError } from './errors.ts';
import { type Box, clip, EMPTY_RUNS, type Runs, RunsWriter, type Size } from './runs.ts';
import { SUBPIXELS } from './sweep.ts';

/** Pixels whose centre is inside by the even-odd rule; corners are rounded to 1/16 pixel. Throws POINT_OUT_OF_RANGE. */
export function rasterizePolygon(
  points: readonly { readonly x: number; readonly y: number }[],
  bounds?: Size,
): Runs {
  if (points.length < 3) return EMPTY_RUNS;
  const corners = points.map(({ x, y }) => {
    if (!(Math.abs(x) <= 65_536) || !(Math.abs(y) <= 65_536)) {
      throw new MaskError('POINT_OUT_OF_RANGE', `(${x}, ${y})`);
    }
    return { x: Math.round(x * SUBPIXELS), y: Math.round(y * SUBPIXELS) };
  });
  const crossings = new Map<number, number[]>();
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % corners.length]!;
    const [top, bottom] = a.y < b.y ? [a, b] : [b, a];
    // Rows whose centre line lies in [top, bottom): half-open, so that a corner counts once.
    const firstRow = Math.ceil((top.y - SUBPIXELS / 2) / SUBPIXELS);
    const lastRow = Math.ceil((bottom.y - SUBPIXELS / 2) / SUBPIXELS) - 1;
    for (let y = firstRow; y <= lastRow; y++) {
      const rise = bottom.y - top.y;
      const along = (y * SUBPIXELS + SUBPIXELS / 2 - top.y) * (bottom.x - top.x);
      // First pixel whose centre is at or right of the crossing; the quotient of whole numbers below 2^45 rounds safely.
      const x = Math.ceil(((top.x - SUBPIXELS / 2) * rise + along) / (rise * SUBPIXELS));
      const row = crossings.get(y);
      if (row === undefined) crossings.set(y, [x]);
      else row.push(x);
    }
  });
  const out = new RunsWriter();
  for (const y of [...crossings.keys()].sort((a, b) => a - b)) {
    const xs = crossings.get(y)!.sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) out.push(y, xs[i]!, xs[i + 1]!);
  }
  return bounds === undefined ? out.finish() : clip(out.finish(), bounds);
}

/**
 * The 4-connected area of equal label around (x, y) in a row-major label image; it does not leave `bound`.
 * Empty when (x, y) is outside.
 */
export function floodFill(
  labels: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  bound: Box = { x0: 0, y0: 0, x1: width, y1: height },
): Runs {
  const x0 = Math.max(0, bound.x0);
  const y0 = Math.max(0, bound.y0);
  const x1 = Math.min(width, bound.x1);
  const y1 = Math.min(height, bound.y1);
  if (!(x >= x0 && x < x1 && y >= y0 && y < y1)) return EMPTY_RUNS;
  const value = labels[y * width + x];
  const filled = new Uint8Array((x1 - x0) * (y1 - y0));
  const open = (px: number, py: number) =>
    labels[py * width + px] === value && filled[(py - y0) * (x1 - x0) + px - x0] === 0;
  const stack = [[x, y] as const];
  for (let seed = stack.pop(); seed !== undefined; seed = stack.pop()) {
    const [seedX, seedY] = seed;
    if (!open(seedX, seedY)) continue;
    let left = seedX;
    let right = seedX + 1;
    while (left > x0 && open(left - 1, seedY)) left--;
    while (right < x1 && open(right, seedY)) right++;
    const row = (seedY - y0) * (x1 - x0) - x0;
    filled.fill(1, row + left, row + right);
    for (const nextY of [seedY - 1, seedY + 1]) {
      if (nextY < y0 || nextY >= y1) continue;
      for (let px = left; px < right; px++) {
        if (open(px, nextY) && (px === left || !open(px - 1, nextY))) stack.push([px, nextY]);
      }
    }
  }
  const out = new RunsWriter();
  for (let row = y0; row < y1; row++) {
    const offset = (row - y0) * (x1 - x0) - x0;
    for (let px = x0; px < x1; px++) if (filled[offset + px] === 1) out.push(row, px, px + 1);
  }
  return out.finish();
}
