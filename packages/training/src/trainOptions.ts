/** What a training run is given, tells while it runs, and answers; the same whoever takes its steps. */
import type { Engine } from '@cotrace/engine';
import type { TrainBatch } from '@cotrace/unet';
import type { EpochEnd } from './bestWeights.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Model } from './model.ts';
import type { Recipe } from './recipe.ts';
import type { LabelClass, Section } from './section.ts';

export interface TrainProgress {
  /** Steps done. */
  step: number;
  /** Steps of the whole run; an estimate where the budget is in seconds. */
  steps: number;
  /** Smoothed, nats; null before the first step. */
  loss: number | null;
  /** Of the budget, 0…1. */
  fraction: number;
  secondsLeft: number | null;
}

export interface TrainOptions {
  engine: Engine;
  labels: readonly LabelClass[];
  sections: readonly Section[];
  /** Their labels never train; they choose the best weights and the temperature. */
  heldOut: readonly Section[];
  recipe: Recipe;
  seed: number;
  precision?: 'auto' | 'float32' | 'bfloat16' | undefined;
  /** Weights to begin with; `canStartFrom` says whether they fit. */
  startFrom?: Model | undefined;
  resumeFrom?: Checkpoint | undefined;
  /** At most four times a second, and at the end. */
  onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Every half minute, and before CANCELLED is thrown. The next step waits for it. */
  onCheckpoint?: ((checkpoint: Checkpoint) => void | Promise<void>) | undefined;
  /** At the end of each epoch of the course's recipe. The next step waits for it. */
  onEpoch?: ((end: EpochEnd) => void | Promise<void>) | undefined;
  /** Before each step; `batch` is gone after it. The step waits for it, or, with several replicas, does not. */
  onBatch?: ((step: number, batch: TrainBatch) => void | Promise<void>) | undefined;
  /** A step did not fit into memory: a sentence on what was halved for it. At most once a run. */
  onHalved?: ((sentence: string) => void) | undefined;
  /** The loss of a step was not finite, and nothing was learnt from it: a sentence on where. The first time in a run. */
  onRefused?: ((sentence: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds from any origin, never backwards. */
  now?: (() => number) | undefined;
}

export interface TrainResult {
  model: Model;
  steps: number;
  seconds: number;
  finalLoss: number | null;
  labelledPixels: number;
  /** Why it stopped. A loss that stays infinite ends a run with the last good weights. */
  ended: 'budget' | 'loss-not-finite';
  /** At which steps and on which tiles the loss was not finite; null where the budget ended the run. */
  stoppedBy: string | null;
}

/** The same without an engine: each of several processes has its own. */
export type RunOptions = Omit<TrainOptions, 'engine'>;
