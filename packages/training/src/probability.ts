/**
 * From a network's answers to probabilities, and what temperature and entropy make of them. One channel means two
 * classes (the probability of the second), more mean one channel a class.
 */

/** Logits to probabilities, in place: sigmoid for one channel, softmax over more. */
export function toProbabilities(logits: Float32Array, channels: number): Float32Array {
  if (channels === 1) {
    for (let i = 0; i < logits.length; i++) logits[i] = 1 / (1 + Math.exp(-logits[i]!));
    return logits;
  }
  for (let at = 0; at < logits.length; at += channels) {
    let greatest = -Infinity;
    for (let c = 0; c < channels; c++) greatest = Math.max(greatest, logits[at + c]!);
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const power = Math.exp(logits[at + c]! - greatest);
      logits[at + c] = power;
      sum += power;
    }
    for (let c = 0; c < channels; c++) logits[at + c]! /= sum;
  }
  return logits;
}

/** Keeps logarithms finite; float32 knows nothing closer to 1. */
const LEAST = 1e-7;

/** The inverse of the sigmoid, cut at about ±16. */
export function logit(probability: number): number {
  const inside = Math.min(1 - LEAST, Math.max(LEAST, probability));
  return Math.log(inside / (1 - inside));
}

/** Divides the log-odds (of an average, too) by the temperature, in place. */
export function applyTemperature(
  probability: Float32Array,
  channels: number,
  temperature: number,
): Float32Array {
  if (temperature === 1) return probability;
  if (channels === 1) {
    for (let i = 0; i < probability.length; i++) {
      probability[i] = 1 / (1 + Math.exp(-logit(probability[i]!) / temperature));
    }
    return probability;
  }
  for (let i = 0; i < probability.length; i++) {
    probability[i] = Math.log(Math.max(LEAST, probability[i]!)) / temperature;
  }
  return toProbabilities(probability, channels);
}

/** Predictive entropy in nats, one value a pixel. */
export function entropy(probability: Float32Array, channels: number): Float32Array {
  const term = (p: number) => (p > 0 ? -p * Math.log(p) : 0);
  const result = new Float32Array(probability.length / channels);
  for (let i = 0; i < result.length; i++) {
    if (channels === 1) {
      const p = probability[i]!;
      result[i] = term(p) + term(1 - p);
    } else {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += term(probability[i * channels + c]!);
      result[i] = sum;
    }
  }
  return result;
}
