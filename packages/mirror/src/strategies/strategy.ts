/** What every strategy is given and offers. The leader (rank 0) runs the loop of a training run; the others follow. */
import type { Communicator } from '../communicator.ts';

/** One process's copy of the network: all that a strategy sees of it. */
export interface Replica<Batch> {
  readonly parameterCount: number;
  /** Sums over the batch, which add up over replicas: [gradients…, weight × loss, weight], parameterCount + 2 numbers. */
  gradientSums(batch: Batch): Promise<Float32Array>;
  /** A step of the optimiser with such sums of the whole batch; answers the mean loss. */
  applySums(sums: Float32Array, learningRate: number): Promise<number>;
  readWeights(): Promise<Float32Array>;
  writeWeights(weights: Float32Array): void;
}

export interface StrategyParts<Batch> {
  communicator: Communicator;
  replica: Replica<Batch>;
  /** Share number `share` (of `shares`) of the batch of a step; its arrays live until the next call. */
  batchOf(step: number, share: number, shares: number): Batch;
  /** A step whose sums are not finite: every rank finds that alike, and the leader's loop deals with it. */
  isStepRefused(error: unknown): boolean;
  /** Whose gradients may be applied: computed from weights at most so many steps older (`parameter-server` only). */
  stalenessBound: number;
}

/** What a run can say of itself at its end. */
export interface StrategyReport {
  /** Of `parameter-server`: steps by which a gradient's weights were older than those that it changed. */
  staleness?: { mean: number; max: number; bound: number; refused: number };
  /** Of `mirrored`: how often the weights of all replicas were compared, and agreed. */
  comparisons?: number;
}

export interface Strategy {
  /** Rank 0: the step with this number; answers its mean loss. Throws what `isStepRefused` knows, MirrorError. */
  lead(step: number, learningRate: number): Promise<number>;
  /**
   * Rank 0: whose gradients the last step took, by the number of their batch. Absent where that is the number of the step.
   */
  lastBatch?(): number;
  /** Rank 0, once: lets the others go. */
  finish(): Promise<StrategyReport>;
  /** The other ranks: until rank 0 has finished. */
  follow(): Promise<void>;
}
