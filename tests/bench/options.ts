/** Values of a bench's options, checked where they come in. */
import { BenchError, type GivenOptions } from './measure.ts';

/** The ones that a repeatable option names, all where it is not given. @throws BenchError */
export function named<T>(
  given: GivenOptions,
  option: string,
  all: readonly T[],
  nameOf: (one: T) => string,
): T[] {
  const wanted = (given[option] as string[] | undefined)?.flatMap((text) => text.split(','));
  if (wanted === undefined) return [...all];
  return wanted.map((name) => {
    const found = all.find((one) => nameOf(one) === name);
    if (found === undefined)
      throw new BenchError(`--${option}: ${all.map(nameOf).join(', ')} were expected, got "${name}".`);
    return found;
  });
}

/** A whole number from 1 on. @throws BenchError */
export function count(given: GivenOptions, option: string, fallback: number): number {
  const text = given[option] as string | undefined;
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new BenchError(`--${option}: a whole number from 1 on was expected, got "${text}".`);
  return value;
}
