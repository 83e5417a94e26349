/** What a bench measures, and how: medians, with the extremes beside them so that a disturbed run is seen. */

export interface Measurement {
  what: string;
  unit: 'ms' | 'bytes';
  median: number;
  least: number;
  most: number;
  samples: number;
}

/** Values of a bench's own options, as parseArgs reads them. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** What keeps a bench from running, as a sentence: what was expected, what came, what to do. */
export class BenchError extends Error {}

/** Medians, with the engine's sentence where one computes… */
export interface Measured {
  engine?: string;
  measurements: Measurement[];
}

/** …or what a bench has tables of its own for. */
export interface Reported {
  json: object;
  text: string;
}

export interface Bench {
  /** One line for `--help`. */
  about: string;
  /** It takes long, or needs what others do not. */
  onlyWhenNamed?: boolean;
  /** What it understands on the command line, with a line each for `--help`. */
  options?: Readonly<Record<string, { type: 'string' | 'boolean'; multiple?: boolean; about: string }>>;
  /** Throws BenchError. */
  run(given: GivenOptions): Promise<Measured | Reported>;
}

/** Throws where there are no values: a median of nothing is a mistake in the bench. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('A median of nothing.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function measurement(what: string, unit: Measurement['unit'], values: readonly number[]): Measurement {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return { what, unit, median: median(values), least, most, samples: values.length };
}

/** Milliseconds that `work` took, and what it answered. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ ms: number; result: T }> {
  const started = performance.now();
  const result = await work();
  return { ms: performance.now() - started, result };
}

/** Milliseconds of each of `times` calls, after `warmUp` calls that do not count. */
export async function repeated(
  times: number,
  warmUp: number,
  work: () => unknown | Promise<unknown>,
): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < warmUp + times; i++) all.push((await timed(work)).ms);
  return all.slice(warmUp);
}
