/** Random numbers by seed: the same on every machine and engine, which the engines' own are not. */

/** Mixes whole numbers into one 32-bit seed, so that (seed, step, place) gives unrelated streams. */
export function mixSeed(...parts: number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part >>> 0), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** The 32 bits of mulberry32 in `state`, which grows by this much a number. */
const MULBERRY_STEP = 0x6d2b79f5;

function mulberry(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** Uniform numbers in [0, 1) of 32 bits. */
export function uniformFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + MULBERRY_STEP) >>> 0;
    return mulberry(state) / 2 ** 32;
  };
}

// Cutting a normal at two deviations leaves 0.8796 of its deviation.
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** `count` normal numbers with mean 0, standard deviation `deviation`, cut at two deviations (as he_normal is). */
export function truncatedNormal(count: number, deviation: number, seed: number): Float32Array {
  const uniform = uniformFrom(seed);
  const scale = deviation / TRUNCATED_DEVIATION;
  return Float32Array.from({ length: count }, () => {
    for (;;) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const value = radius * Math.cos(2 * Math.PI * uniform());
      if (Math.abs(value) <= 2) return value * scale;
    }
  });
}

/** `count` numbers, uniform in [−limit, limit) (as glorot_uniform is). */
export function uniformWithin(count: number, limit: number, seed: number): Float32Array {
  const uniform = uniformFrom(seed);
  return Float32Array.from({ length: count }, () => limit * (2 * uniform() - 1));
}

/**
 * Fills `into` with dropout's factors: 0 with probability `rate`, else 1 / (1 − rate), so that the mean stays. Millions
 * a step in wide networks, so without a branch, which the processor would mispredict every other time: bits of the
 * factor are kept or masked away.
 */
export function fillDropoutFactors(into: Float32Array, rate: number, seed: number): void {
  const bits = new Int32Array(into.buffer, into.byteOffset, into.length);
  const kept = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0]!;
  const dropped = Math.round(rate * 2 ** 31);
  let state = seed | 0;
  for (let i = 0; i < bits.length; i++) {
    state = (state + MULBERRY_STEP) | 0;
    // All ones where the number is below the rate, else 0.
    bits[i] = kept & ~(((mulberry(state) >>> 1) - dropped) >> 31);
  }
}
