/**
 * The ISBI 2012 scores of a stack (I. Arganda-Carreras et al., Front. Neuroanat. 9:142, 2015): V_Rand and V_Info after
 * border thinning, and the two older errors. Agrees with the challenge's own implementation. Reads no files.
 */
import { connectedComponents, type Frame, frameOf } from './components.ts';
import { metricsError } from './errors.ts';
import { groupByCell, informationF, type OverlapSums, overlap, randF } from './overlap.ts';
import { thinBorders } from './watershed.ts';

/** Expert labels of one section, [height, width]. */
export interface LabelledSection {
  width: number;
  height: number;
  /** Greater than 0 = cell, 0 = membrane. */
  labels: Uint8Array;
  /** 0 = nobody knows: the pixel counts nowhere and parts cells like a border. Left out: all are known. */
  known?: Uint8Array;
}

export interface ThresholdScore {
  threshold: number;
  /** Mean over sections. */
  vRand: number;
  /** V_Rand's precision (low where cells are merged) and recall (low where they are split), pooled over sections. */
  merge: number;
  split: number;
  vInfo: number;
  /** Of the stack, before thinning. */
  randError: number;
  pixelError: number;
}

/** Best over thresholds, one threshold for the whole stack and each score. */
export interface StackScore {
  vRand: number;
  vRandThreshold: number;
  vInfo: number;
  vInfoThreshold: number;
  randError: number;
  /** 1 − the greatest F1 of the cell class, pooled over the stack. */
  pixelError: number;
  sections: number;
  thresholds: ThresholdScore[];
}

/** 0, 0.1, …: added up in float64 as the reference does, so that the last is just below 1 and "1" is still above it. */
export const THRESHOLDS: readonly number[] = Array.from({ length: 11 }).reduce<number[]>(
  (all) => [...all, all.length === 0 ? 0 : all.at(-1)! + 0.1],
  [],
);

export interface ScoreOptions {
  thresholds?: readonly number[];
  /** Called after each section with the fraction done, 0…1. */
  onProgress?: (fraction: number) => void;
}

/**
 * `predictions[i]` is P(cell) of section i, [height, width]. A section where no cell is known does not count.
 * Throws MetricsError NOTHING_TO_SCORE, COUNTS_DIFFER, SIZES_DIFFER, NOT_A_PROBABILITY.
 */
export function scoreStack(
  labels: readonly LabelledSection[],
  predictions: readonly Float32Array[],
  { thresholds = THRESHOLDS, onProgress }: ScoreOptions = {},
): StackScore {
  check(labels, predictions);
  const sums = thresholds.map(() => emptySums());
  let scored = 0;
  labels.forEach((section, i) => {
    if (addSection(sums, thresholds, section, predictions[i]!)) scored++;
    onProgress?.((i + 1) / labels.length);
  });
  if (scored === 0) throw metricsError('NOTHING_TO_SCORE', {});
  return best(thresholds, sums, scored);
}

interface Sums {
  vRand: number;
  vInfo: number;
  truth: number;
  segment: number;
  joint: number;
  unthinnedTruth: number;
  unthinnedSegment: number;
  unthinnedJoint: number;
  /** Pixels of the class "cell": in truth, as predicted, and both. */
  cell: number;
  predicted: number;
  both: number;
}

function emptySums(): Sums {
  return {
    vRand: 0,
    vInfo: 0,
    truth: 0,
    segment: 0,
    joint: 0,
    unthinnedTruth: 0,
    unthinnedSegment: 0,
    unthinnedJoint: 0,
    cell: 0,
    predicted: 0,
    both: 0,
  };
}

/** Adds one section at every threshold; false where it has no known cell. */
function addSection(
  sums: Sums[],
  thresholds: readonly number[],
  { width, height, labels, known: given }: LabelledSection,
  prediction: Float32Array,
): boolean {
  const frame = frameOf(width, height);
  const picture = new Uint8Array(frame.size);
  const known = given ?? new Uint8Array(labels.length).fill(1);
  const isCell = labels.map((label, at) => (label > 0 && known[at] !== 0 ? 1 : 0));
  putInFrame(isCell, picture, frame);
  const truth = groupByCell(connectedComponents(picture, frame));
  if (truth.pixels.length === 0) return false;
  const above = new Uint8Array(labels.length);
  const cells = new Int32Array(frame.size);
  const queue = new Int32Array(frame.size);
  thresholds.forEach((threshold, i) => {
    const sum = sums[i]!;
    // Both sides are float64 here: rounding the threshold to float32 would move pixels that lie on it.
    for (let at = 0; at < above.length; at++) above[at] = prediction[at]! > threshold ? 1 : 0;
    addPixels(sum, isCell, known, above);
    putInFrame(above, picture, frame);
    const segments = connectedComponents(picture, frame, cells);
    addUnthinned(sum, overlap(truth, segments));
    addThinned(sum, overlap(truth, thinBorders(segments, frame, queue)));
  });
  return true;
}

function putInFrame(pixels: Uint8Array, picture: Uint8Array, { width, height, stride }: Frame): void {
  for (let y = 0; y < height; y++) {
    picture.set(pixels.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  }
}

function addUnthinned(sums: Sums, { truthSquares, segmentSquares, jointSquares }: OverlapSums): void {
  sums.unthinnedTruth += truthSquares;
  sums.unthinnedSegment += segmentSquares;
  sums.unthinnedJoint += jointSquares;
}

function addThinned(sums: Sums, thinned: OverlapSums): void {
  sums.vRand += randF(thinned);
  sums.vInfo += informationF(thinned);
  sums.truth += thinned.truthSquares;
  sums.segment += thinned.segmentSquares;
  sums.joint += thinned.jointSquares;
}

function addPixels(sums: Sums, isCell: Uint8Array, known: Uint8Array, above: Uint8Array): void {
  let cell = 0;
  let predicted = 0;
  let both = 0;
  for (let at = 0; at < above.length; at++) {
    const isAbove = known[at] === 0 ? 0 : above[at]!;
    cell += isCell[at]!;
    predicted += isAbove;
    both += isCell[at]! & isAbove;
  }
  sums.cell += cell;
  sums.predicted += predicted;
  sums.both += both;
}

function best(thresholds: readonly number[], sums: Sums[], sections: number): StackScore {
  const rows = sums.map((sum, i): ThresholdScore => {
    const { unthinnedTruth, unthinnedSegment, unthinnedJoint } = sum;
    return {
      threshold: thresholds[i]!,
      vRand: sum.vRand / sections,
      merge: sum.joint / sum.segment,
      split: sum.joint / sum.truth,
      vInfo: sum.vInfo / sections,
      randError:
        1 -
        randF({
          truthSquares: unthinnedTruth,
          segmentSquares: unthinnedSegment,
          jointSquares: unthinnedJoint,
        }),
      pixelError: 1 - (2 * sum.both) / (sum.cell + sum.predicted),
    };
  });
  const top = (of: (row: ThresholdScore) => number) =>
    rows.reduce((winner, row) => (of(row) > of(winner) ? row : winner));
  const forRand = top((row) => row.vRand);
  const forInfo = top((row) => row.vInfo);
  return {
    vRand: forRand.vRand,
    vRandThreshold: forRand.threshold,
    vInfo: forInfo.vInfo,
    vInfoThreshold: forInfo.threshold,
    randError: Math.min(...rows.map((row) => row.randError)),
    pixelError: Math.min(...rows.map((row) => row.pixelError)),
    sections,
    thresholds: rows,
  };
}

function check(labels: readonly LabelledSection[], predictions: readonly Float32Array[]): void {
  if (labels.length === 0) throw metricsError('NOTHING_TO_SCORE', {});
  if (labels.length !== predictions.length) {
    throw metricsError('COUNTS_DIFFER', { labels: labels.length, predictions: predictions.length });
  }
  labels.forEach(({ width, height, labels: own, known }, section) => {
    const prediction = predictions[section]!;
    const expected = width * height;
    for (const came of [own.length, prediction.length, known?.length ?? expected]) {
      if (came !== expected) throw metricsError('SIZES_DIFFER', { section, expected, came });
    }
    // Negated, so that NaN is found too.
    const pixel = prediction.findIndex((value) => !(value >= 0 && value <= 1));
    if (pixel >= 0) throw metricsError('NOT_A_PROBABILITY', { section, pixel, came: prediction[pixel]! });
  });
}
