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
