/**
 * Brush strokes to runs: the exact area that a round or square brush sweeps along a polyline. Whole-number output that is the
 * same on every machine. Knows no mask; refuses points and brushes that are not finite.
 */
import { MaskError } from './errors.ts';
import { clip, EMPTY_RUNS, type Runs, RunsWriter, type Size, subtract, union, unionAll } from './runs.ts';

/** Mask coordinates: pixel (x, y) is the square [x, x+1) x [y, y+1), its centre at +0.5. `pressure` 0..1 scales the diameter. */
export interface StrokePoint {
  readonly x: number;
  readonly y: number;
  readonly pressure?: number;
}

export interface Brush {
  readonly shape: 'round' | 'square';
  /** Pixels; 1 … 4096. */
  readonly diameter: number;
}

/** Points are rounded to 1/16 pixel first, so that coverage is decided on whole numbers. */
export const SUBPIXELS = 16;
const HALF_PIXEL = SUBPIXELS / 2;
const MAX_COORDINATE = 65_536;

interface Dab {
  readonly x: number;
  readonly y: number;
  /** Diameter in subpixels. */
  readonly diameter: number;
}

function toDab(point: StrokePoint, brush: Brush): Dab {
  if (!(Math.abs(point.x) <= MAX_COORDINATE) || !(Math.abs(point.y) <= MAX_COORDINATE)) {
    throw new MaskError('POINT_OUT_OF_RANGE', `(${point.x}, ${point.y})`);
  }
  const pressure = point.pressure ?? 1;
  if (!(brush.diameter >= 1 && brush.diameter <= 4096) || !(pressure >= 0 && pressure <= 1)) {
    throw new MaskError('BRUSH_OUT_OF_RANGE', `diameter ${brush.diameter}, pressure ${pressure}`);
  }
  return {
    x: Math.round(point.x * SUBPIXELS),
    y: Math.round(point.y * SUBPIXELS),
    diameter: Math.round(Math.max(1, brush.diameter * pressure) * SUBPIXELS),
  };
}

/** Whether 4 * left^2 <= right^2 * scale, exactly: doubles decide unless they are too close to call. */
function fourSquaresAtMost(left: number, right: number, scale: number): boolean {
  const a = 4 * left * left;
  const b = right * right * scale;
  if (Math.abs(a - b) > b * 1e-12) return a <= b;
  const bigLeft = BigInt(left);
  const bigRight = BigInt(right);
  return 4n * bigLeft * bigLeft <= bigRight * bigRight * BigInt(scale);
}

/** Is the point (px, py) in the area that a brush of `diameter` sweeps from (0, 0) to (dx, dy)? All in subpixels. */
export function sweptBrushCovers(
  shape: Brush['shape'],
  diameter: number,
  { dx, dy, px, py }: { dx: number; dy: number; px: number; py: number },
): boolean {
  if (shape === 'round') {
    const lengthSquared = dx * dx + dy * dy;
    const along = px * dx + py * dy;
    if (along <= 0) return 4 * (px * px + py * py) <= diameter * diameter;
    if (along >= lengthSquared) return 4 * ((px - dx) ** 2 + (py - dy) ** 2) <= diameter * diameter;
    return fourSquaresAtMost(px * dy - py * dx, diameter, lengthSquared);
  }
  // Square: some t in [0, 1] with 2|px - t dx| <= d and 2|py - t dy| <= d, i.e. three intervals of t that meet.
  const lows: [number, number][] = [[0, 1]];
  const highs: [number, number][] = [[1, 1]];
  for (const [p, d] of [
    [px, dx],
    [py, dy],
  ] as const) {
    if (d === 0) {
      if (2 * Math.abs(p) > diameter) return false;
      continue;
    }
    const sign = Math.sign(d);
    lows.push([sign * 2 * p - diameter, 2 * Math.abs(d)]);
    highs.push([sign * 2 * p + diameter, 2 * Math.abs(d)]);
  }
  // Fractions are compared by cross multiplication: below 2^46, so exact.
  return lows.every(([n, d]) => highs.every(([m, e]) => n * e <= m * d));
}

/** The swept area is convex, so each row holds at most one run; its ends are guessed, then settled by the exact test. */
function rasterizeSegment(a: Dab, b: Dab, shape: Brush['shape']): Runs {
  const diameter = Math.max(a.diameter, b.diameter);
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const covers = (x: number, y: number) =>
    sweptBrushCovers(shape, diameter, {
      dx,
      dy,
      px: x * SUBPIXELS + HALF_PIXEL - a.x,
      py: y * SUBPIXELS + HALF_PIXEL - a.y,
    });
  const out = new RunsWriter();
  const radius = diameter / 2;
  const firstRow = Math.floor((Math.min(a.y, b.y) - radius) / SUBPIXELS) - 1;
  const lastRow = Math.ceil((Math.max(a.y, b.y) + radius) / SUBPIXELS) + 1;
  for (let y = firstRow; y <= lastRow; y++) {
    const guess = rowInterval(shape, radius, { dx, dy, row: y * SUBPIXELS + HALF_PIXEL - a.y });
    if (guess === undefined) continue;
    let x0 = Math.round((guess[0] + a.x - HALF_PIXEL) / SUBPIXELS) - 1;
    let x1 = Math.round((guess[1] + a.x - HALF_PIXEL) / SUBPIXELS) + 1;
    while (x0 <= x1 && !covers(x0, y)) x0++;
    while (x1 >= x0 && !covers(x1, y)) x1--;
    out.push(y, x0, x1 + 1);
  }
  return out.finish();
}

/** Where the row crosses the swept area, in floating point: right to far less than a pixel. */
function rowInterval(
  shape: Brush['shape'],
  radius: number,
  { dx, dy, row }: { dx: number; dy: number; row: number },
): [number, number] | undefined {
  // A row that grazes the area within one subpixel is kept for the exact test to settle.
  const grow = radius + 1;
  if (shape === 'square') {
    let low = 0;
    let high = 1;
    if (dy === 0) {
      if (Math.abs(row) > grow) return undefined;
    } else {
      const t0 = (row - grow) / dy;
      const t1 = (row + grow) / dy;
      low = Math.max(0, Math.min(t0, t1));
      high = Math.min(1, Math.max(t0, t1));
      if (low > high) return undefined;
    }
    return [Math.min(low * dx, high * dx) - radius, Math.max(low * dx, high * dx) + radius];
  }
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  const include = (x0: number, x1: number) => {
    left = Math.min(left, x0);
    right = Math.max(right, x1);
  };
  for (const [cx, cy] of [
    [0, 0],
    [dx, dy],
  ] as const) {
    const height = Math.abs(row - cy);
    if (height > grow) continue;
    const half = Math.sqrt(Math.max(0, radius * radius - height * height));
    include(cx - half, cx + half);
  }
  const length = Math.hypot(dx, dy);
  if (length > 0 && dy !== 0) {
    // The two long sides of the swept rectangle, offset by the radius along the normal.
    for (const side of [-radius, radius]) {
      const sx = (-dy / length) * side;
      const sy = (dx / length) * side;
      const t = (row - sy) / dy;
      if (t >= 0 && t <= 1) include(sx + t * dx, sx + t * dx);
    }
  }
  return left > right ? undefined : [left, right];
}

/** The pixel under a point is always painted, however thin the brush. */
function pixelUnder(dab: Dab): Runs {
  const out = new RunsWriter();
  const x = Math.floor(dab.x / SUBPIXELS);
  out.push(Math.floor(dab.y / SUBPIXELS), x, x + 1);
  return out.finish();
}

function segmentRuns(a: Dab, b: Dab, { shape }: Brush, bounds: Size | undefined): Runs {
  const runs = union(rasterizeSegment(a, b, shape), union(pixelUnder(a), pixelUnder(b)));
  return bounds === undefined ? runs : clip(runs, bounds);
}

/** The area swept along all points; clipped to `bounds` where given. Throws POINT_OUT_OF_RANGE, BRUSH_OUT_OF_RANGE. */
export function rasterizeStroke(points: readonly StrokePoint[], brush: Brush, bounds?: Size): Runs {
  const dabs = points.map((point) => toDab(point, brush));
  const first = dabs[0];
  if (first === undefined) return EMPTY_RUNS;
  if (dabs.length === 1) return segmentRuns(first, first, brush, bounds);
  return unionAll(dabs.slice(1).map((dab, i) => segmentRuns(dabs[i]!, dab, brush, bounds)));
}

export interface StrokeBuilder {
  /** Everything covered so far: equal to `rasterizeStroke` of the same points. */
  readonly runs: Runs;
  /** Sweeps to the point and returns only the pixels not covered before. */
  addPoint(point: StrokePoint): Runs;
}

/** For live painting: each point costs its own segment, and the canvas repaints only what is new. */
export function createStrokeBuilder(brush: Brush, bounds?: Size): StrokeBuilder {
  let runs = EMPTY_RUNS;
  let last: Dab | undefined;
  return {
    get runs() {
      return runs;
    },
    addPoint(point) {
      const dab = toDab(point, brush);
      const fresh = subtract(segmentRuns(last ?? dab, dab, brush, bounds), runs);
      last = dab;
      runs = union(runs, fresh);
      return fresh;
    },
  };
}
