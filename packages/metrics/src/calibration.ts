/**
 * Does a probability mean what it says? Expected calibration error, and the one temperature that mends it
 * (C. Guo et al., ICML 2017). Knows no model: probabilities, logits and truths are arrays.
 */

/**
 * Σ over bins of (share of pixels in the bin) × |mean probability − share of pixels that are true|; NaN where nothing
 * counts. `isTrue[at]` > 0: the event whose probability is `probability[at]` came. For two labels that is P(cell) and
 * "is cell"; for more, the winner's probability and "the winner is right". Pixels where `known` is 0 do not count.
 */
export function expectedCalibrationError(
  probability: ArrayLike<number>,
  isTrue: ArrayLike<number>,
  { bins = 15, known }: { bins?: number; known?: ArrayLike<number> } = {},
): number {
  const pixels = new Float64Array(bins);
  const promised = new Float64Array(bins);
  const kept = new Float64Array(bins);
  let total = 0;
  for (let at = 0; at < probability.length; at++) {
    if (known !== undefined && known[at] === 0) continue;
    const p = probability[at]!;
    const bin = Math.min(bins - 1, Math.floor(p * bins));
    pixels[bin]!++;
    promised[bin]! += p;
    if (isTrue[at]! > 0) kept[bin]!++;
    total++;
  }
  let error = 0;
  for (let bin = 0; bin < bins; bin++) error += Math.abs(promised[bin]! - kept[bin]!);
  return error / total;
}

/** Hotter or colder than this is no calibration but a model that does not know its task. */
const COLDEST = 0.05;
const HOTTEST = 20;

/**
 * The temperature T that makes softmax(logits / T) — sigmoid, for one channel — most likely. `logits` is
 * [pixels, channels]; `classIndex` [pixels] is 0 or 1 for one channel, else the channel. Pixels where `known` is 0 do
 * not count; 1 where none does. The likelihood is concave in 1 / T, so its slope has one zero: found by bisection.
 */
export function fitTemperature(
  logits: Float32Array,
  classIndex: Uint8Array,
  { channels = 1, known }: { channels?: number; known?: ArrayLike<number> } = {},
): number {
  const counts = (at: number) => known === undefined || known[at] !== 0;
  if (!classIndex.some((_, at) => counts(at))) return 1;
  const slope = (inverse: number): number => {
    let sum = 0;
    for (let at = 0; at < classIndex.length; at++) {
      if (!counts(at)) continue;
      sum +=
        channels === 1
          ? sigmoidSlope(logits[at]!, classIndex[at]!, inverse)
          : softmaxSlope(logits, at * channels, channels, classIndex[at]!, inverse);
    }
    return sum;
  };
  let low = Math.log(1 / HOTTEST);
  let high = Math.log(1 / COLDEST);
  for (let halving = 0; halving < 30; halving++) {
    const middle = (low + high) / 2;
    if (slope(Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return Math.exp(-(low + high) / 2);
}

/** d/dβ of the negative log-likelihood at logit · β. */
function sigmoidSlope(logit: number, isTrue: number, inverse: number): number {
  const p = 1 / (1 + Math.exp(-logit * inverse));
  return (p - (isTrue > 0 ? 1 : 0)) * logit;
}

function softmaxSlope(
  logits: Float32Array,
  from: number,
  channels: number,
  truth: number,
  inverse: number,
): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < channels; c++) greatest = Math.max(greatest, logits[from + c]!);
  let weight = 0;
  let mean = 0;
  for (let c = 0; c < channels; c++) {
    const logit = logits[from + c]!;
    const e = Math.exp((logit - greatest) * inverse);
    weight += e;
    mean += e * logit;
  }
  return mean / weight - logits[from + truth]!;
}
