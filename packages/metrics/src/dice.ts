/** Dice overlap of two sets of pixels (L. R. Dice, Ecology 26(3), 1945). */

/**
 * 2 |A ∩ B| / (|A| + |B|), 1 where both are empty. A: `truth` > 0; B: `prediction` > `threshold` (0.5: probabilities;
 * masks of 0 and 1 or 0 and 255 work as well). Pixels where `known` is 0 do not count. All arrays are of one length.
 */
export function dice(
  truth: ArrayLike<number>,
  prediction: ArrayLike<number>,
  { threshold = 0.5, known }: { threshold?: number; known?: ArrayLike<number> } = {},
): number {
  let both = 0;
  let sizes = 0;
  for (let at = 0; at < truth.length; at++) {
    if (known !== undefined && known[at] === 0) continue;
    const inTruth = truth[at]! > 0;
    const inPrediction = prediction[at]! > threshold;
    if (inTruth) sizes++;
    if (inPrediction) sizes++;
    if (inTruth && inPrediction) both++;
  }
  return sizes === 0 ? 1 : (2 * both) / sizes;
}
