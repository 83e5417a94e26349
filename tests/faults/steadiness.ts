/**
 * Whether a measure that goes up and down grows all the while: a line that single outliers do not move, beside what the ups
 * and downs alone could feign. Knows no server.
 */
export interface Steadiness {
  /** What it rises from the first to the last. */
  readonly growth: number;
  /** What it may rise: the ups and downs could feign less, or it is too little to matter. */
  readonly allowance: number;
  readonly mean: number;
  readonly isSteady: boolean;
}

/** Part of the mean that it may rise at any rate. */
const TRIFLE = 0.02;
/** Standard errors of the rise. Neighbouring values of a saw's teeth are no independent ones: more than the usual two. */
const ERRORS = 4;
/** Of normally distributed values, standard deviation over median distance. */
const DEVIATION = 1.4826;

/** `at`: when each value was taken, ascending; at least ten, warm-up left out. */
export function steadinessOf(values: readonly { readonly at: number; readonly value: number }[]): Steadiness {
  const count = values.length;
  if (count < 10) throw new Error(`At least ten values were expected, got ${count}.`);
  const slopes: number[] = [];
  for (const [i, later] of values.entries()) {
    for (const earlier of values.slice(0, i)) {
      slopes.push((later.value - earlier.value) / (later.at - earlier.at));
    }
  }
  const slope = median(slopes);
  const rests = values.map(({ at, value }) => value - slope * at);
  const middle = median(rests);
  const deviation = DEVIATION * median(rests.map((rest) => Math.abs(rest - middle)));
  const mean = values.reduce((sum, { value }) => sum + value, 0) / count;
  const growth = slope * (values.at(-1)!.at - values[0]!.at);
  const allowance = Math.max(TRIFLE * mean, ERRORS * deviation * Math.sqrt(12 / count));
  return { growth, allowance, mean, isSteady: growth <= allowance };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
