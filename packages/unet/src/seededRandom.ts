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

/** Uniform numbers in [0, 1) of 32 bits (mulberry32). */
export function uniformFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
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

/** Dropout's factors: 0 with probability `rate`, else 1 / (1 − rate), so that the mean stays. */
export function dropoutFactors(count: number, rate: number, seed: number): Float32Array {
  const uniform = uniformFrom(seed);
  const kept = 1 / (1 - rate);
  const factors = new Float32Array(count);
  for (let i = 0; i < count; i++) factors[i] = uniform() < rate ? 0 : kept;
  return factors;
}
