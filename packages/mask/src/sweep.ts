/**
 * The area that a brush sweeps between two points while its diameter goes evenly from one to the other: the union of all discs
 * or squares on the way, which is the convex hull of the first and the last. Decided on whole numbers, so the same on every
 * machine. Knows no stroke and no mask.
 */

/** Coordinates are counted in sixteenths of a pixel. */
export const SUBPIXELS = 16;
const HALF_PIXEL = SUBPIXELS / 2;

/** A brush set down: all in subpixels. */
export interface Dab {
  readonly x: number;
  readonly y: number;
  readonly diameter: number;
}

export type Shape = 'round' | 'square';

/** Is the pixel's centre (x, y), in subpixels, in the area swept from `a` to `b`? The rim belongs to it. */
export const sweepCovers = (shape: Shape, a: Dab, b: Dab, x: number, y: number): boolean =>
  shape === 'round' ? discsCover(a, b, x, y) : squaresCover(a, b, x, y);

/** Some t in [0, 1] with 4 |p - t d|^2 <= (D + t E)^2: a parabola in t that reaches 0. */
function discsCover(a: Dab, b: Dab, x: number, y: number): boolean {
  const [px, py, dx, dy] = [x - a.x, y - a.y, b.x - a.x, b.y - a.y];
  const growth = b.diameter - a.diameter;
  const atStart = 4 * (px * px + py * py) - a.diameter * a.diameter;
  const atEnd = 4 * ((px - dx) ** 2 + (py - dy) ** 2) - b.diameter * b.diameter;
  if (atStart <= 0 || atEnd <= 0) return true;
  const square = 4 * (dx * dx + dy * dy) - growth * growth;
  const halfLinear = -4 * (px * dx + py * dy) - a.diameter * growth;
  // Its least value lies between the ends only if it opens upwards and falls at the start and rises at the end.
  if (square <= 0 || halfLinear >= 0 || -halfLinear >= square) return false;
  const left = halfLinear * halfLinear;
  const right = square * atStart;
  // Doubles decide unless they are too close to call.
  if (Math.abs(left - right) > right * 1e-12) return left >= right;
  return BigInt(halfLinear) ** 2n >= BigInt(square) * BigInt(atStart);
}

/** Some t in [0, 1] with 2 |px - t dx| <= D + t E and the same in y: four bounds of t as fractions, below 2^46 when multiplied out, so exact. */
function squaresCover(a: Dab, b: Dab, x: number, y: number): boolean {
  const growth = b.diameter - a.diameter;
  let [lowTop, lowBottom, highTop, highBottom] = [0, 1, 1, 1];
  for (let side = 0; side < 4; side++) {
    const sign = side % 2 === 0 ? 2 : -2;
    const p = side < 2 ? x - a.x : y - a.y;
    const d = side < 2 ? b.x - a.x : b.y - a.y;
    const top = sign * p - a.diameter;
    const bottom = sign * d + growth;
    // top <= t * bottom
    if (bottom === 0) {
      if (top > 0) return false;
    } else if (bottom > 0) {
      if (top * lowBottom > lowTop * bottom) [lowTop, lowBottom] = [top, bottom];
    } else if (top * highBottom > highTop * bottom) {
      [highTop, highBottom] = [-top, -bottom];
    }
  }
  return lowTop * highBottom <= highTop * lowBottom;
}

/**
 * The hull is convex, so each row holds at most one span of pixels: visits them from the top, x1 exclusive. Ends are computed in
 * floating point; only where that comes close to a pixel's centre does the exact test settle them.
 */
export function forEachSweptRow(
  shape: Shape,
  [a, b]: readonly [Dab, Dab],
  visit: (y: number, x0: number, x1: number) => void,
): void {
  const hull = shape === 'round' ? new DiscHull(a, b) : new SquareHull(a, b);
  const top = Math.min(a.y - a.diameter / 2, b.y - b.diameter / 2);
  const bottom = Math.max(a.y + a.diameter / 2, b.y + b.diameter / 2);
  const lastRow = Math.floor((bottom - HALF_PIXEL) / SUBPIXELS);
  for (let y = Math.ceil((top - HALF_PIXEL) / SUBPIXELS); y <= lastRow; y++) {
    const row = y * SUBPIXELS + HALF_PIXEL;
    hull.cut(row);
    const left = (hull.left - HALF_PIXEL) / SUBPIXELS;
    const right = (hull.right - HALF_PIXEL) / SUBPIXELS;
    const { slack } = hull;
    let x0 = Math.ceil(left - slack);
    for (const settled = Math.ceil(left + slack); x0 < settled; x0++) {
      if (sweepCovers(shape, a, b, x0 * SUBPIXELS + HALF_PIXEL, row)) break;
    }
    let x1 = Math.floor(right + slack);
    for (const settled = Math.floor(right - slack); x1 > settled; x1--) {
      if (sweepCovers(shape, a, b, x1 * SUBPIXELS + HALF_PIXEL, row)) break;
    }
    if (x0 <= x1) visit(y, x0, x1 + 1);
  }
}

/** Pixels by which an end may be wrong; some hundred times what rounding does to it. */
const SLACK = 1e-3;

/** Two discs and the two straight sides that touch both: where a row between their top and bottom enters and leaves. */
class DiscHull {
  left = 0;
  right = 0;
  slack = SLACK;
  private readonly sides: { x: number; y: number; dx: number; dy: number }[] = [];

  constructor(
    private readonly a: Dab,
    private readonly b: Dab,
  ) {
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const growth = (b.diameter - a.diameter) / 2;
    const length = Math.hypot(dx, dy);
    // One disc within the other has no straight sides.
    if (length <= Math.abs(growth)) return;
    const cos = -growth / length;
    for (const sin of [Math.sqrt(1 - cos * cos), -Math.sqrt(1 - cos * cos)]) {
      const nx = (dx * cos - dy * sin) / length;
      const ny = (dy * cos + dx * sin) / length;
      const side = {
        x: (nx * a.diameter) / 2,
        y: (ny * a.diameter) / 2,
        dx: dx + nx * growth,
        dy: dy + ny * growth,
      };
      // A side along the rows ends in both discs' tops, which count already.
      if (Math.abs(side.dy) < 1e-9) continue;
      this.sides.push(side);
      this.slack = Math.max(this.slack, Math.min(1, Math.abs(side.dx / side.dy) * 2 ** -34));
    }
  }

  cut(row: number): void {
    this.left = Number.POSITIVE_INFINITY;
    this.right = Number.NEGATIVE_INFINITY;
    this.includeDisc(this.a, row);
    this.includeDisc(this.b, row);
    for (const side of this.sides) {
      const t = (row - this.a.y - side.y) / side.dy;
      if (t >= -1e-9 && t <= 1 + 1e-9) this.include(this.a.x + side.x + t * side.dx, 0);
    }
  }

  private includeDisc({ x, y, diameter }: Dab, row: number): void {
    const squared = (diameter * diameter) / 4 - (row - y) * (row - y);
    if (squared >= 0) this.include(x, Math.sqrt(squared));
  }

  private include(x: number, half: number): void {
    if (x - half < this.left) this.left = x - half;
    if (x + half > this.right) this.right = x + half;
  }
}

/** Two squares and all between them: where a row between their top and bottom enters and leaves. */
class SquareHull {
  left = 0;
  right = 0;
  readonly slack = SLACK;

  constructor(
    private readonly a: Dab,
    private readonly b: Dab,
  ) {}

  cut(row: number): void {
    const { a, b } = this;
    const radius = a.diameter / 2;
    const growth = b.diameter / 2 - radius;
    // The t at which the square reaches the row: |row - y(t)| <= radius(t).
    let low = 0;
    let high = 1;
    for (let sign = -1; sign <= 1; sign += 2) {
      const away = sign * (row - a.y) - radius;
      const speed = sign * (b.y - a.y) + growth;
      if (speed > 0) low = Math.max(low, away / speed);
      else if (speed < 0) high = Math.min(high, away / speed);
    }
    const dx = b.x - a.x;
    this.left = a.x - radius + Math.min(low * (dx - growth), high * (dx - growth));
    this.right = a.x + radius + Math.max(low * (dx + growth), high * (dx + growth));
  }
}
