/**
 * Which weights of a run are kept. The default recipe compares them on held-out crops now and then in the second half of
 * the run; the course's at the end of each epoch by the mean loss of its steps, as Keras's ModelCheckpoint does.
 */
import type { TrainBatch, Unet, UnetState } from '@cotrace/unet';
import { channelsOf } from './prediction.ts';
import { toProbabilities } from './probability.ts';

export interface BestWeights {
  measure: number;
  state: UnetState;
}

export interface StepDone {
  /** Steps of the run, this one included. */
  step: number;
  /** Null where it was not finite and changed nothing. */
  stepLoss: number | null;
  smoothedLoss: number | null;
  /** Of the budget, 0…1. */
  fraction: number;
}

/** Loss of the steps of an epoch so far. */
export interface EpochSum {
  loss: number;
  steps: number;
}

export interface WeightChoice {
  best(): BestWeights | null;
  /** What a checkpoint has to hold besides the best weights; null where there are no epochs. */
  epochSum(): EpochSum | null;
  afterStep(done: StepDone): Promise<void>;
  atEnd(done: Omit<StepDone, 'stepLoss'>): Promise<void>;
}

/** Weights are compared this many times in the second half of a run; before, they only get better. */
const COMPARISONS = 8;
/** The later of two weights is taken unless it is this much worse: it has been annealed longer. */
const LATER_BONUS = 1.02;

/** `measure` null: the smoothed training loss decides. */
export function chooseByHeldOut(
  unet: Unet,
  options: {
    measure: ((unet: Unet) => Promise<number>) | null;
    best: BestWeights | null;
    fraction: number;
  },
): WeightChoice {
  let { best } = options;
  let comparedAt = Math.max(0.5, options.fraction);
  const compare = async (smoothedLoss: number | null) => {
    const measure = options.measure ? await options.measure(unet) : smoothedLoss;
    if (measure !== null && (best === null || measure <= best.measure * LATER_BONUS)) {
      best = { measure, state: await unet.exportState() };
    }
  };
  return {
    best: () => best,
    epochSum: () => null,
    async afterStep({ fraction, smoothedLoss }) {
      if (fraction < comparedAt + 0.5 / COMPARISONS) return;
      comparedAt = fraction;
      await compare(smoothedLoss);
    },
    atEnd: ({ smoothedLoss }) => compare(smoothedLoss),
  };
}

export interface EpochEnd {
  /** Counted from 1. */
  epoch: number;
  /** Mean of its steps, nats. */
  loss: number;
  /** Share of painted pixels that are right in the last batches of the epoch, with the weights at its end. */
  accuracy: number;
  /** Whether its weights are the best so far. */
  kept: boolean;
}

/** Batches of an epoch whose pixels are counted for its accuracy. */
const JUDGED_BATCHES = 8;

/** An epoch that the end of the run cuts short counts as one. */
export function chooseByEpoch(
  unet: Unet,
  options: {
    stepsPerEpoch: number;
    batches: (step: number) => TrainBatch;
    best: BestWeights | null;
    sum: EpochSum | null;
    onEpoch?: ((end: EpochEnd) => void | Promise<void>) | undefined;
  },
): WeightChoice {
  const { stepsPerEpoch, batches } = options;
  let { best } = options;
  let sum = options.sum ?? { loss: 0, steps: 0 };
  const endEpoch = async (step: number) => {
    if (sum.steps === 0) return;
    const loss = sum.loss / sum.steps;
    const judged = Math.min(JUDGED_BATCHES, sum.steps);
    sum = { loss: 0, steps: 0 };
    const kept = best === null || loss < best.measure;
    if (kept) best = { measure: loss, state: await unet.exportState() };
    const accuracy = await accuracyOf(unet, (i) => batches(step - judged + i), judged);
    await options.onEpoch?.({ epoch: Math.ceil(step / stepsPerEpoch), loss, accuracy, kept });
  };
  return {
    best: () => best,
    epochSum: () => sum,
    async afterStep({ step, stepLoss }) {
      if (stepLoss !== null) sum = { loss: sum.loss + stepLoss, steps: sum.steps + 1 };
      if (step % stepsPerEpoch === 0) await endEpoch(step);
    },
    atEnd: ({ step }) => endEpoch(step),
  };
}

async function accuracyOf(unet: Unet, batchAt: (i: number) => TrainBatch, count: number): Promise<number> {
  const channels = channelsOf(unet);
  let right = 0;
  let all = 0;
  for (let i = 0; i < count; i++) {
    const batch = batchAt(i);
    const probability = toProbabilities(await unet.predictLogits(batch.images, batch), channels);
    for (let pixel = 0; pixel < batch.weights.length; pixel++) {
      if (batch.weights[pixel] === 0) continue;
      all++;
      if (mostLikely(probability, pixel, channels) === batch.targets[pixel]) right++;
    }
  }
  return all === 0 ? 0 : right / all;
}

/** Class index of a pixel. */
function mostLikely(probability: Float32Array, pixel: number, channels: number): number {
  if (channels === 1) return probability[pixel]! > 0.5 ? 1 : 0;
  let best = 0;
  for (let c = 1; c < channels; c++) {
    if (probability[pixel * channels + c]! > probability[pixel * channels + best]!) best = c;
  }
  return best;
}
