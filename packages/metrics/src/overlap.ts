/**
 * How often each pair of ground-truth cell and proposed segment occurs together, and the sums that the Rand and
 * information scores are made of. Only pixels with a ground-truth cell count; a proposal's 0 is a border.
 */
import type { Components } from './components.ts';

/** Pixels of one section with a ground-truth cell, grouped by cell. */
export interface TruthPixels {
  /** Indices into the framed picture, cell after cell. */
  pixels: Int32Array;
  /** `pixels[starts[i] … starts[i + 1])` belong to cell i, counted from 0. */
  starts: Int32Array;
  /** ln-entropy of the cells, nats. */
  entropy: number;
  /** Σ (pixels of a cell)². */
  squares: number;
}

export function groupByCell({ labels, count }: Components): TruthPixels {
  const starts = new Int32Array(count + 1);
  for (let at = 0; at < labels.length; at++) {
    const cell = labels[at]!;
    if (cell > 0) starts[cell]!++;
  }
  for (let cell = 1; cell <= count; cell++) starts[cell]! += starts[cell - 1]!;
  const pixels = new Int32Array(starts[count]!);
  const next = starts.slice();
  for (let at = 0; at < labels.length; at++) {
    const cell = labels[at]!;
    if (cell > 0) pixels[next[cell - 1]!++] = at;
  }
  let entropy = 0;
  let squares = 0;
  for (let cell = 0; cell < count; cell++) {
    const size = starts[cell + 1]! - starts[cell]!;
    squares += size * size;
    entropy -= nats(size / pixels.length);
  }
  return { pixels, starts, entropy, squares };
}

export interface OverlapSums {
  /** Pixels that count. */
  n: number;
  /** Pixels that count and lie on a border of the proposal; each is a segment of its own. */
  border: number;
  /** Σ t², Σ s², Σ p² over pixel counts, border pixels as singletons. */
  truthSquares: number;
  segmentSquares: number;
  jointSquares: number;
  /** Entropies in nats, border pixels as singletons. */
  truthEntropy: number;
  segmentEntropy: number;
  jointEntropy: number;
}

/** Counts `segments` over the pixels of `truth`. */
export function overlap(truth: TruthPixels, segments: Components): OverlapSums {
  const { pixels, starts } = truth;
  const n = pixels.length;
  const segmentSizes = new Int32Array(segments.count + 1);
  const joint = new Int32Array(segments.count + 1);
  const touched: number[] = [];
  let jointSquares = 0;
  let jointEntropy = 0;
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const end = starts[cell + 1]!;
    for (let i = starts[cell]!; i < end; i++) {
      const segment = segments.labels[pixels[i]!]!;
      if (joint[segment]!++ === 0) touched.push(segment);
    }
    for (const segment of touched) {
      const count = joint[segment]!;
      joint[segment] = 0;
      segmentSizes[segment]! += count;
      if (segment === 0) continue;
      jointSquares += count * count;
      jointEntropy -= nats(count / n);
    }
    touched.length = 0;
  }
  let segmentSquares = 0;
  let segmentEntropy = 0;
  for (let segment = 1; segment <= segments.count; segment++) {
    const size = segmentSizes[segment]!;
    segmentSquares += size * size;
    segmentEntropy -= nats(size / n);
  }
  const border = segmentSizes[0]!;
  const borderEntropy = border === 0 ? 0 : (border / n) * Math.log(n);
  return {
    n,
    border,
    truthSquares: truth.squares,
    segmentSquares: segmentSquares + border,
    jointSquares: jointSquares + border,
    truthEntropy: truth.entropy,
    segmentEntropy: segmentEntropy + borderEntropy,
    jointEntropy: jointEntropy + borderEntropy,
  };
}

/** p · ln p, 0 at 0. */
function nats(p: number): number {
  return p > 0 ? p * Math.log(p) : 0;
}

/** 2 Σp² / (Σs² + Σt²); 1 where nothing counts. */
export function randF(sums: Pick<OverlapSums, 'truthSquares' | 'segmentSquares' | 'jointSquares'>): number {
  const both = sums.segmentSquares + sums.truthSquares;
  return both === 0 ? 1 : (2 * sums.jointSquares) / both;
}

/** 2 I(T; S) / (H(T) + H(S)), 0 where either entropy is 0. */
export function informationF({ truthEntropy, segmentEntropy, jointEntropy }: OverlapSums): number {
  if (truthEntropy === 0 || segmentEntropy === 0) return 0;
  return (2 * (truthEntropy + segmentEntropy - jointEntropy)) / (truthEntropy + segmentEntropy);
}
