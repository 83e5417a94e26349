/** Polygons as runs. Evaluated by the author only; refuses points that are not finite. */
import { MaskError } from './errors.ts';
import { clip, EMPTY_RUNS, type Runs, RunsWriter, type Size } from './runs.ts';
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
