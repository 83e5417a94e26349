/** Canonical row runs: the set algebra of pixels. Knows no labels' meaning, no users, no time; refuses runs that are not canonical. */
import { MaskError } from './errors.ts';

declare const runsBrand: unique symbol;

/**
 * A set of pixels as triples `y, x0, x1` (x1 exclusive), sorted by (y, x0), disjoint and maximal, so that two equal sets
 * are equal arrays. Coordinates may be negative until clipped to a mask. Never mutate one.
 */
export type Runs = Int32Array & { readonly [runsBrand]: true };

/** Half-open box in pixels: x0 <= x < x1, y0 <= y < y1. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Collects runs that come in canonical order; joins a run that touches the last one of its row. */
export class RunsWriter {
  /** Numbers written so far, three a run. */
  length = 0;
  private triples = takeSpare();

  at(index: number): number {
    return this.triples[index]!;
  }

  push(y: number, x0: number, x1: number): void {
    if (x1 <= x0) return;
    const n = this.length;
    if (n > 0 && this.triples[n - 3] === y && this.triples[n - 1]! >= x0) {
      if (x1 > this.triples[n - 1]!) this.triples[n - 1] = x1;
      return;
    }
    if (n + 3 > this.triples.length) {
      const larger = new Int32Array(Math.max(FEW_TRIPLES, this.triples.length * 2));
      larger.set(this.triples);
      this.triples = larger;
    }
    this.triples[n] = y;
    this.triples[n + 1] = x0;
    this.triples[n + 2] = x1;
    this.length = n + 3;
  }

  /** Once; the writer is done with then. */
  finish(): Runs {
    const runs = this.triples.slice(0, this.length) as Runs;
    if (this.triples.length <= MAX_SPARE) spare = this.triples;
    this.triples = NO_TRIPLES;
    this.length = 0;
    return runs;
  }
}

/** A stroke has some two hundred runs. */
const FEW_TRIPLES = 768;
const MAX_SPARE = 16_384;
const NO_TRIPLES = new Int32Array(0);
/** The room that the last writer wrote in: every stroke that comes in would have the system find some, and clear it. */
let spare: Int32Array | undefined;

function takeSpare(): Int32Array {
  const taken = spare ?? new Int32Array(FEW_TRIPLES);
  spare = undefined;
  return taken;
}

export const EMPTY_RUNS = new Int32Array(0) as Runs;

/** Checks and brands triples from elsewhere. Throws RUNS_NOT_CANONICAL. */
export function runsFromTriples(triples: ArrayLike<number>): Runs {
  if (triples.length % 3 !== 0) {
    throw new MaskError('RUNS_NOT_CANONICAL', `${triples.length} numbers, not a multiple of 3`);
  }
  for (let i = 0; i < triples.length; i += 3) {
    const y = triples[i]!;
    const x0 = triples[i + 1]!;
    const x1 = triples[i + 2]!;
    const inRange = [y, x0, x1].every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 30);
    const previousY = i > 0 ? triples[i - 3]! : Number.NEGATIVE_INFINITY;
    const ordered = y > previousY || (y === previousY && x0 > triples[i - 1]!);
    if (!inRange || x1 <= x0 || !ordered) {
      throw new MaskError('RUNS_NOT_CANONICAL', `run ${i / 3} is (${y}, ${x0}, ${x1})`);
    }
  }
  return Int32Array.from(triples) as Runs;
}

/** Whether a pixel is kept, by its membership: bit 0 in neither, bit 1 only in a, bit 2 only in b, bit 3 in both. */
type TruthTable = number;
const UNION: TruthTable = 0b1110;
const SUBTRACT: TruthTable = 0b0010;
const INTERSECT: TruthTable = 0b1000;

function combine(a: Runs, b: Runs, table: TruthTable): Runs {
  const out = new RunsWriter();
  let ia = 0;
  let ib = 0;
  while (ia < a.length || ib < b.length) {
    const y = Math.min(a[ia] ?? 2 ** 31, b[ib] ?? 2 ** 31);
    // Sweep the boundaries of this row; an odd position lies inside a run.
    let insideA = 0;
    let insideB = 0;
    let start = 0;
    let kept = 0;
    for (;;) {
      const nextA = a[ia] === y ? a[ia + 1 + insideA]! : 2 ** 31;
      const nextB = b[ib] === y ? b[ib + 1 + insideB]! : 2 ** 31;
      const x = Math.min(nextA, nextB);
      if (x === 2 ** 31) break;
      if (nextA === x) {
        ia += insideA * 3;
        insideA ^= 1;
      }
      if (nextB === x) {
        ib += insideB * 3;
        insideB ^= 1;
      }
      const keep = (table >> (insideA | (insideB << 1))) & 1;
      if (keep === kept) continue;
      if (kept === 1) out.push(y, start, x);
      start = x;
      kept = keep;
    }
  }
  return out.finish();
}

export const union = (a: Runs, b: Runs): Runs =>
  a.length === 0 ? b : b.length === 0 ? a : combine(a, b, UNION);
export const subtract = (a: Runs, b: Runs): Runs => (b.length === 0 ? a : combine(a, b, SUBTRACT));
export const intersect = (a: Runs, b: Runs): Runs => combine(a, b, INTERSECT);

/** Union of many in O(n log n): neighbours are merged pairwise, as in merge sort. */
export function unionAll(parts: readonly Runs[]): Runs {
  let level = [...parts];
  while (level.length > 1) {
    const next: Runs[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1];
      next.push(right === undefined ? level[i]! : union(level[i]!, right));
    }
    level = next;
  }
  return level[0] ?? EMPTY_RUNS;
}

export function clipToBox(runs: Runs, box: Box): Runs {
  const out = new RunsWriter();
  for (let i = firstRunOfRow(runs, box.y0); i < runs.length && runs[i]! < box.y1; i += 3) {
    out.push(runs[i]!, Math.max(box.x0, runs[i + 1]!), Math.min(box.x1, runs[i + 2]!));
  }
  return out.finish();
}

/** The part inside a mask of the given size. */
export const clip = (runs: Runs, { width, height }: Size): Runs =>
  clipToBox(runs, { x0: 0, y0: 0, x1: width, y1: height });

/** Index (a multiple of 3) of the first run with a row >= y; `runs.length` when there is none. */
export function firstRunOfRow(runs: Runs | Uint16Array, y: number): number {
  let low = 0;
  let high = runs.length / 3;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle * 3]! < y) low = middle + 1;
    else high = middle;
  }
  return low * 3;
}

/** The same pixels elsewhere, by whole pixels. */
export const translate = (runs: Runs, dx: number, dy: number): Runs =>
  runs.map((value, i) => value + (i % 3 === 0 ? dy : dx)) as Runs;

export function pixelCount(runs: Runs): number {
  let count = 0;
  for (let i = 0; i < runs.length; i += 3) count += runs[i + 2]! - runs[i + 1]!;
  return count;
}

export function boundingBox(runs: Runs): Box | undefined {
  if (runs.length === 0) return undefined;
  let x0 = Number.POSITIVE_INFINITY;
  let x1 = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < runs.length; i += 3) {
    if (runs[i + 1]! < x0) x0 = runs[i + 1]!;
    if (runs[i + 2]! > x1) x1 = runs[i + 2]!;
  }
  return { x0, y0: runs[0]!, x1, y1: runs[runs.length - 3]! + 1 };
}

export function runsEqual(a: Runs, b: Runs): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function forEachRun(runs: Runs, visit: (y: number, x0: number, x1: number) => void): void {
  for (let i = 0; i < runs.length; i += 3) visit(runs[i]!, runs[i + 1]!, runs[i + 2]!);
}

/** The pixels of a row-major label image (width * height bytes) that hold `value`. */
export function runsOfLabel(labels: Uint8Array, width: number, height: number, value: number): Runs {
  const out = new RunsWriter();
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let x = 0;
    while (x < width) {
      if (labels[row + x] !== value) {
        x++;
        continue;
      }
      const start = x;
      while (x < width && labels[row + x] === value) x++;
      out.push(y, start, x);
    }
  }
  return out.finish();
}

/** Row-major bytes, 1 where covered; runs outside the size are left out. */
export function toBitmap(runs: Runs, { width, height }: Size): Uint8Array {
  const bitmap = new Uint8Array(width * height);
  forEachRun(clip(runs, { width, height }), (y, x0, x1) => bitmap.fill(1, y * width + x0, y * width + x1));
  return bitmap;
}
