/** Random numbers by seed, the same on every machine: integer hashing, then float64 arithmetic. */

export interface SeededRandom {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}

/** One sequence for each list of 32-bit integers: (seed, step, place in the batch), say. */
export function seededRandom(...seed: number[]): SeededRandom {
  let state = seed.reduce((h, word) => mix(Math.imul(h ^ (word | 0), 0x9e3779b1) + 0x7f4a7c15), 0x1b873593);
  const unit = () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 4294967296;
  };
  return {
    unit,
    between: (from, to) => from + (to - from) * unit(),
    below: (bound) => Math.floor(unit() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  };
}
