/**
 * Random numbers that are the same on every machine: integer hashing and float64 additions, multiplications,
 * divisions and square roots only (the specification leaves sines and exponentials to the engine's taste).
 */

/** A well-mixed 32-bit word of up to four integers. */
export function hash(seed: number, a: number, b = 0, c = 0): number {
  let h = (seed | 0) ^ 0x9e3779b9;
  h = mix(h + Math.imul(a | 0, 0x85ebca6b));
  h = mix(h + Math.imul(b | 0, 0xc2b2ae35));
  return mix(h + Math.imul(c | 0, 0x27d4eb2f)) >>> 0;
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** `hash` as a number in [0, 1). */
export function hashUnit(seed: number, a: number, b = 0, c = 0): number {
  return hash(seed, a, b, c) / 4294967296;
}

export interface SeededRandom {
  /** The next 32-bit word. */
  word(): number;
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  /** A direction: a point of the unit circle. */
  direction(): [x: number, y: number];
}

/** One reproducible sequence for each seed. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const word = () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) >>> 0;
  };
  const unit = () => word() / 4294967296;
  return {
    word,
    unit,
    between: (from, to) => from + (to - from) * unit(),
    direction: () => {
      for (;;) {
        const x = 2 * unit() - 1;
        const y = 2 * unit() - 1;
        const square = x * x + y * y;
        if (square > 1e-6 && square <= 1) {
          const length = Math.sqrt(square);
          return [x / length, y / length];
        }
      }
    },
  };
}
