/** Filling from a point: the connected area of similar values, and the closing of its small holes. Evaluated by the author only. */
import { boundingBox, EMPTY_RUNS, type Runs, RunsWriter, runsFromTriples, type Size, union } from './runs.ts';

export interface FillOptions {
  /** How far a value may be from the one at the point; 0: equal ones only. */
  readonly tolerance: number;
  /** Pixels after which the fill gives up. */
  readonly maxPixels: number;
  /** Row-major; where it is not 0 the fill does not enter. */
  readonly walls?: Uint8Array;
}

export interface Filled {
  /** What was reached: all of it, or what had been when the fill gave up. */
  readonly runs: Runs;
  readonly pixels: number;
  /** It is larger than `maxPixels`. */
  readonly gaveUp: boolean;
}

/** The 4-connected area around a pixel of a row-major image; empty when the point lies outside or in a wall. */
export function fillSimilar(
  values: Uint8Array,
  { width, height }: Size,
  point: { readonly x: number; readonly y: number },
  { tolerance, maxPixels, walls }: FillOptions,
): Filled {
  const { x, y } = point;
  if (!(x >= 0 && x < width && y >= 0 && y < height) || (walls?.[y * width + x] ?? 0) !== 0)
    return { runs: EMPTY_RUNS, pixels: 0, gaveUp: false };
  const value = values[y * width + x]!;
  const similar = Uint8Array.from({ length: 256 }, (_, other) =>
    Math.abs(other - value) <= tolerance ? 1 : 0,
  );
  // 1 where the fill has been.
  const filled = new Uint8Array(width * height);
  const isOpen = (at: number) =>
    filled[at] === 0 && similar[values[at]!] === 1 && (walls === undefined || walls[at] === 0);
  // Spans that are still to be looked around from, three numbers each: row, left, right (exclusive).
  let stack = new Int32Array(3 * 1024);
  let depth = 0;
  let pixels = 0;
  let [top, bottom, leftmost, rightmost] = [y, y, x, x];
  /** Fills the span around an open pixel; returns its end. */
  const span = (row: number, from: number): number => {
    const start = row * width;
    let left = from;
    let right = from;
    while (left > 0 && isOpen(start + left - 1)) filled[start + --left] = 1;
    while (right < width && isOpen(start + right)) filled[start + right++] = 1;
    pixels += right - left;
    if (depth + 3 > stack.length) {
      const larger = new Int32Array(stack.length * 2);
      larger.set(stack);
      stack = larger;
    }
    stack[depth] = row;
    stack[depth + 1] = left;
    stack[depth + 2] = right;
    depth += 3;
    if (left < leftmost) leftmost = left;
    if (right - 1 > rightmost) rightmost = right - 1;
    if (row < top) top = row;
    if (row > bottom) bottom = row;
    return right;
  };
  const lookAlong = (row: number, left: number, right: number) => {
    if (row < 0 || row >= height) return;
    const start = row * width;
    for (let at = left; at < right && pixels <= maxPixels; at++) if (isOpen(start + at)) at = span(row, at);
  };
  span(y, x);
  while (depth > 0 && pixels <= maxPixels) {
    depth -= 3;
    const row = stack[depth]!;
    const left = stack[depth + 1]!;
    const right = stack[depth + 2]!;
    lookAlong(row - 1, left, right);
    lookAlong(row + 1, left, right);
  }
  const out = new RunsWriter();
  for (let row = top; row <= bottom; row++) {
    const start = row * width;
    for (let at = leftmost; at <= rightmost; at++) {
      if (filled[start + at] === 0) continue;
      const from = at;
      while (at <= rightmost && filled[start + at] === 1) at++;
      out.push(row, from, at);
    }
  }
  return { runs: out.finish(), pixels, gaveUp: pixels > maxPixels };
}

/**
 * The same area without its small holes: 4-connected parts of what it leaves out, wholly surrounded by it, of at most
 * `maxPixels` pixels. Works on runs: a gap between two runs of a row is one piece, joined to those it touches above.
 */
export function closeHoles(runs: Runs, maxPixels: number): Runs {
  const box = boundingBox(runs);
  if (box === undefined || maxPixels < 1) return runs;
  // Gap 0 is all that lies outside. Others are numbered as they come.
  const parent: number[] = [0];
  const size: number[] = [Number.POSITIVE_INFINITY];
  const gaps: number[] = [0, 0, 0];
  const rootOf = (gap: number): number => {
    let root = gap;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = gap; parent[at] !== root; ) {
      const up = parent[at]!;
      parent[at] = root;
      at = up;
    }
    return root;
  };
  const join = (a: number, b: number) => {
    const [rootA, rootB] = [rootOf(a), rootOf(b)];
    if (rootA === rootB) return;
    // What lies outside stays gap 0.
    const [kept, gone] = rootA < rootB ? [rootA, rootB] : [rootB, rootA];
    parent[gone] = kept;
    size[kept]! += size[gone]!;
  };
  let above: { x0: number; x1: number; gap: number }[] = [{ x0: box.x0 - 1, x1: box.x1 + 1, gap: 0 }];
  let at = 0;
  for (let y = box.y0; y <= box.y1; y++) {
    const row: typeof above = [];
    let from = box.x0 - 1;
    const piece = (x0: number, x1: number, isOutside: boolean) => {
      if (x1 <= x0) return;
      const gap = isOutside ? 0 : parent.length;
      if (!isOutside) {
        parent.push(gap);
        size.push(x1 - x0);
        gaps.push(y, x0, x1);
      }
      row.push({ x0, x1, gap });
    };
    for (; at < runs.length && runs[at] === y; at += 3) {
      piece(from, runs[at + 1]!, from < box.x0);
      from = runs[at + 2]!;
    }
    piece(from, box.x1 + 1, true);
    let lower = 0;
    for (const upper of above) {
      while (lower < row.length && row[lower]!.x1 <= upper.x0) lower++;
      for (let k = lower; k < row.length && row[k]!.x0 < upper.x1; k++) join(upper.gap, row[k]!.gap);
    }
    above = row;
  }
  const closed: number[] = [];
  for (let gap = 1; gap < parent.length; gap++) {
    if (size[rootOf(gap)]! <= maxPixels) closed.push(gaps[gap * 3]!, gaps[gap * 3 + 1]!, gaps[gap * 3 + 2]!);
  }
  return closed.length === 0 ? runs : union(runs, runsFromTriples(closed));
}
