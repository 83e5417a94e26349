/** The network as its users see it: one interface over all implementations. */
import type { UnetConfig } from './config.ts';
import type { UnetState } from './state.ts';

/** n tiles of one size. Images should have mean 0 and deviation 1 or nearly so: nothing is scaled in here. */
export interface TrainBatch {
  n: number;
  height: number;
  width: number;
  /** [n, h, w] */
  images: Float32Array;
  /** Class index, [n, h, w]; not looked at where the weight is 0. */
  targets: Uint8Array;
  /** [n, h, w], from 0; 0 = unpainted: no loss, no gradient. */
  weights: Float32Array;
  /** Place of the first of these images in the whole batch: dropout of an image is the same whoever computes it. Default 0. */
  firstImage?: number;
  /** Whose dropout is drawn; default: as many steps as this network has taken. Replicas without an optimiser take none. */
  step?: number;
}

export interface Unet {
  readonly config: UnetConfig;
  /** Pixels to each side that can change an output pixel. */
  readonly receptiveRadius: number;
  readonly parameterCount: number;
  /**
   * One step of Adam. Answers the loss before the step, the weighted mean of the cross-entropy in nats. A batch
   * without any weight changes nothing and answers 0. One call at a time.
   * @throws UnetError LOSS_NOT_FINITE (weights and moments as before), BATCH_SHAPE, CLASS_UNKNOWN
   */
  trainStep(batch: TrainBatch, learningRate: number): Promise<number>;
  /**
   * The first half of a step, for replicas that share a batch. Sums, not means, over these images: [gradients of
   * Σ weight × cross-entropy in the order of the parameters, Σ weight × cross-entropy, Σ weight], of parameterCount + 2
   * numbers. Such vectors of all parts of a batch add up to that of the batch.
   * @throws UnetError BATCH_SHAPE, CLASS_UNKNOWN
   */
  gradientSums(batch: TrainBatch): Promise<Float32Array>;
  /**
   * The second half: one step of Adam with the gradients of such a vector divided by its last number. Answers the mean
   * loss; a vector without weight changes nothing and answers 0. After `gradientSums` of the same batch it is `trainStep`,
   * but for rounding.
   * @throws UnetError LOSS_NOT_FINITE (weights and moments as before), VECTOR_LENGTH
   */
  applySums(sums: Float32Array, learningRate: number): Promise<number>;
  /** All parameters one after another, without moments: parameterCount numbers. */
  readWeights(): Promise<Float32Array>;
  /**
   * Puts such a vector in place; moments and step stay.
   * @throws UnetError VECTOR_LENGTH
   */
  writeWeights(weights: Float32Array): void;
  /**
   * images [n, h, w] → logits [n, h, w, c], c = 1 for two classes (of class 1), else one a class; h and w
   * multiples of 2^depth.
   * @throws UnetError BATCH_SHAPE
   */
  predictLogits(
    images: Float32Array,
    shape: { n: number; height: number; width: number },
  ): Promise<Float32Array>;
  exportState(): Promise<UnetState>;
  /** `weights` starts Adam and the step count anew; `all` goes on where the state left off. */
  importState(state: UnetState, what: 'weights' | 'all'): void;
  dispose(): void;
}

/** Loss and gradients by parameter name, without a step. */
export interface Gradients {
  loss: number;
  gradients: Map<string, Float32Array>;
}

/** What implementations offer besides, so that they can be held against each other. */
export interface UnetImplementation extends Unet {
  gradients(batch: TrainBatch): Promise<Gradients>;
}

export interface UnetOptions {
  /** Decides the first weights and every dropout. */
  seed: number;
  /** Of the training step's convolutions; weights, loss, Adam and predictions are float32. */
  precision?: 'auto' | 'float32' | 'bfloat16';
}
