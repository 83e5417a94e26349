/** Brings the contrast of a section to a common scale, so that a model does not depend on microscope settings. */

export const BINS = 4096;
/** Share of pixels that is left out at either end: black borders and bright specks say nothing of the tissue. */
export const TAIL = 0.005;
/** Values beyond are cut. */
export const FURTHEST = 4;
/** A picture that varies less is constant: dividing by that would only show rounding. */
export const LEAST_DEVIATION = 1e-6;

/**
 * (image − mean) / standard deviation, both of the pixels between the two tails; [height × width] in, the same out.
 * A constant picture becomes zeros. Values are cut at ±FURTHEST.
 */
export function standardise(image: Float32Array): Float32Array {
  const { low, high } = tails(image);
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < image.length; i++) {
    const value = image[i]!;
    if (value < low || value > high) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  const mean = count > 0 ? sum / count : 0;
  const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean));
  const scale = deviation > LEAST_DEVIATION ? 1 / deviation : 0;
  const result = new Float32Array(image.length);
  for (let i = 0; i < image.length; i++) {
    result[i] = Math.min(FURTHEST, Math.max(-FURTHEST, (image[i]! - mean) * scale));
  }
  return result;
}

function tails(image: Float32Array): { low: number; high: number } {
  const histogram = new Uint32Array(BINS);
  for (let i = 0; i < image.length; i++) {
    histogram[Math.min(BINS - 1, Math.max(0, Math.floor(image[i]! * BINS)))]!++;
  }
  const tail = TAIL * image.length;
  let low = 0;
  for (let seen = histogram[0]!; seen <= tail && low < BINS - 1; seen += histogram[low]!) low++;
  let high = BINS - 1;
  for (let seen = histogram[high]!; seen <= tail && high > low; seen += histogram[high]!) high--;
  return { low: low === 0 ? -Infinity : low / BINS, high: high === BINS - 1 ? Infinity : (high + 1) / BINS };
}
