/** The eight turns and flips of a square picture (the dihedral group), exact, and their inverses. */

/** Bit 0: flip left-right, bit 1: flip top-bottom, bit 2: transpose, applied after the flips. */
export type Turn = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const TURNS: readonly Turn[] = [0, 1, 2, 3, 4, 5, 6, 7];

export interface Plane {
  width: number;
  height: number;
  /** [height, width]. */
  values: Float32Array;
}

/** The picture turned. */
export function applyTurn({ width, height, values }: Plane, turn: Turn): Plane {
  const turned = new Float32Array(values.length);
  const transposed = (turn & 4) !== 0;
  for (let y = 0; y < height; y++) {
    const ty = turn & 2 ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const tx = turn & 1 ? width - 1 - x : x;
      turned[transposed ? tx * height + ty : ty * width + tx] = values[y * width + x]!;
    }
  }
  return transposed ? { width: height, height: width, values: turned } : { width, height, values: turned };
}

/**
 * Adds what was computed on a turned picture to `sum` at the places it came from.
 * `sum`: [height, width, channels]; `values`: the same of the turned picture.
 */
export function addTurnedBack(
  sum: Float32Array,
  size: { width: number; height: number; channels: number },
  values: Float32Array,
  turn: Turn,
): void {
  const { width, height, channels } = size;
  const transposed = (turn & 4) !== 0;
  for (let y = 0; y < height; y++) {
    const ty = turn & 2 ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const tx = turn & 1 ? width - 1 - x : x;
      const from = channels * (transposed ? tx * height + ty : ty * width + tx);
      const to = channels * (y * width + x);
      for (let channel = 0; channel < channels; channel++) sum[to + channel]! += values[from + channel]!;
    }
  }
}
