/** Samples as the figures that are told: the middle, and how far the samples lie apart. */
import { median } from '../measure.ts';

export interface Spread {
  readonly median: number;
  /** A quarter of the samples lies below the first, a quarter above the second. */
  readonly quartiles: readonly [number, number];
  readonly samples: number;
}

/** Throws where there are no samples. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: median(sorted),
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
    samples: values.length,
  };
}

/** Between two samples it is interpolated. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
