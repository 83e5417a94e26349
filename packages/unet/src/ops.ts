/**
 * The operations the network is made of. One implementation calls tfjs, another emits graph nodes; the network
 * (`network.ts`) is written once over both.
 */
export interface Ops<T> {
  /** Stride 1, zero padding to the same size: x [n, h, w, c], filter [k, k, c, d] → [n, h, w, d]. */
  conv(x: T, filter: T): T;
  /** filter [k, k, c, d] with mean 0 and variance 2 / (k·k·c) for each of the d, times gain [d]. */
  standardise(filter: T, gain: T): T;
  /** x [n, h, w, c] + bias [c]. */
  bias(x: T, bias: T): T;
  relu(x: T): T;
  /** Mean 0 and variance 1 over each group of channels of each image, then scale [c] and shift [c]. */
  groupNorm(x: T, scale: T, shift: T, groups: number): T;
  /** Greatest of each 2 × 2 block: [n, h, w, c] → [n, h/2, w/2, c]. */
  maxPool(x: T): T;
  /** Every pixel becomes a 2 × 2 block: [n, h, w, c] → [n, 2h, 2w, c]. */
  upsample(x: T): T;
  /** Channels of a, then channels of b. */
  concat(a: T, b: T): T;
  /** The identity outside training. `place` counts the dropouts of the network from 0. */
  dropout(x: T, place: number): T;
}
