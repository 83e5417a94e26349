/**
 * Exact Euclidean distances to the edge of a shape, in linear time by lower envelopes of parabolas (Felzenszwalb and
 * Huttenlocher, Distance Transforms of Sampled Functions, 2012). In slices: a large section would hold everything else up.
 */
import type { Size } from './runs.ts';

/** Columns or rows between two slices. */
const SLICE = 64;

/**
 * Row-major: how far a pixel's centre is from the edge of the shape, in pixels, negative inside. The edge runs half-way
 * between a pixel inside and one outside; what lies beyond the image is of no kind. A shape without pixels is `width +
 * height` away from everywhere; one that covers all is as deep. Yields between slices of the work.
 */
export function* signedDistances(isInside: Uint8Array, size: Size): Generator<void, Float32Array> {
  const outside = yield* distances(isInside, 1, size);
  const inside = yield* distances(isInside, 0, size);
  for (let i = 0; i < outside.length; i++) {
    outside[i] = isInside[i] === 1 ? 0.5 - inside[i]! : outside[i]! - 0.5;
    if (i % (SLICE * size.width) === 0) yield;
  }
  return outside;
}

/** Distance of every pixel to the nearest one of a kind; `width + height` when there is none. */
function* distances(kinds: Uint8Array, kind: 0 | 1, { width, height }: Size): Generator<void, Float32Array> {
  const far = width + height;
  const squared = new Float32Array(width * height);
  // Down and up each column, in whole rows: the nearest of the kind in the same column.
  const steps = new Int32Array(width).fill(far);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      steps[x] = kinds[y * width + x] === kind ? 0 : Math.min(far, steps[x]! + 1);
      squared[y * width + x] = steps[x]!;
    }
    if (y % SLICE === SLICE - 1) yield;
  }
  steps.fill(far);
  for (let y = height - 1; y >= 0; y--) {
    for (let x = 0; x < width; x++) {
      steps[x] = kinds[y * width + x] === kind ? 0 : Math.min(far, steps[x]! + 1);
      squared[y * width + x] = Math.min(squared[y * width + x]!, steps[x]!) ** 2;
    }
    if (y % SLICE === 0) yield;
  }
  // Along each row, the lowest of the parabolas that stand at every column on what was found there.
  const line = new Float64Array(width);
  const stands = new Int32Array(width);
  const starts = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) line[x] = squared[row + x]!;
    const meet = (q: number, p: number) => (line[q]! + q * q - line[p]! - p * p) / (2 * (q - p));
    let k = 0;
    stands[0] = 0;
    starts[0] = Number.NEGATIVE_INFINITY;
    for (let q = 1; q < width; q++) {
      let from = meet(q, stands[k]!);
      while (from <= starts[k]!) {
        k--;
        from = meet(q, stands[k]!);
      }
      k++;
      stands[k] = q;
      starts[k] = from;
    }
    starts[k + 1] = Number.POSITIVE_INFINITY;
    k = 0;
    for (let x = 0; x < width; x++) {
      while (starts[k + 1]! < x) k++;
      const at = stands[k]!;
      squared[row + x] = Math.min(far, Math.sqrt((x - at) ** 2 + line[at]!));
    }
    if (y % SLICE === SLICE - 1) yield;
  }
  return squared;
}
