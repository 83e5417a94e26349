/**
 * The training loop: steps under a budget, progress, checkpoints, the best weights kept, and a model at the end.
 * Knows no server and writes no file.
 */
import { setImmediate } from 'node:timers/promises';
import { checkTrainingMemory, type Engine, memoryErrorOf, usableMemoryBytes } from '@cotrace/engine';
import { createUnet, parameterCountOf, type Unet, UnetError, type UnetState } from '@cotrace/unet';
import { createBatches } from './batches.ts';
import { fitModelTemperature } from './calibration.ts';
import { type Checkpoint, checkResumable } from './checkpoint.ts';
import { TrainingError } from './errors.ts';
import { heldOutLoss } from './heldOutLoss.ts';
import { learningRate } from './learningRate.ts';
import type { Model } from './model.ts';
import { type Preset, presetOf } from './presets.ts';
import { checkRecipe, type Recipe } from './recipe.ts';
import { classesOf, type LabelClass, type Section } from './section.ts';
import { prepareTrainingSet, type TrainingSet } from './trainingSet.ts';

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
}

const PROGRESS_EVERY_MS = 250;
const CHECKPOINT_EVERY_MS = 30_000;
/** Weights are compared this many times in the second half of a run; before, they only get better. */
const COMPARISONS = 8;
/** The later of two weights is taken unless it is this much worse: it has been annealed longer. */
const LATER_BONUS = 1.02;
const SMOOTHING = 0.95;
/** Steps in a row without a finite loss, each at half the rate of the one before, until the run ends. */
const MAX_STRIKES = 5;
/** Weights that have learnt already are not shaken as much as random ones. */
const RETRAIN_RATE = 0.5;

/** Whether `train` can begin with this model's weights. */
export function canStartFrom(model: Model, run: { labels: readonly LabelClass[]; recipe: Recipe }): boolean {
  const { network } = presetOf(run.recipe, run.labels.length);
  const grays = (labels: readonly LabelClass[]) =>
    JSON.stringify(classesOf(labels).map(({ value }) => value));
  return (
    JSON.stringify(sorted(model.network)) === JSON.stringify(sorted(network)) &&
    grays(model.labels) === grays(run.labels)
  );
}

function sorted(record: object): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Trains until the recipe's steps or seconds are used up.
 * Throws NO_LABELS, ONE_CLASS_ONLY, RECIPE_INVALID, LABEL_TABLE_INVALID, SECTION_INVALID, LABEL_VALUE_UNKNOWN,
 * MODEL_ARCHITECTURE, CHECKPOINT_MISMATCH, LOSS_NOT_FINITE, CANCELLED; EngineError MEMORY_TOO_SMALL.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { engine, labels, recipe, seed, startFrom, resumeFrom } = options;
  const now = options.now ?? (() => performance.now());
  const startedAt = now() - 1000 * (resumeFrom?.seconds ?? 0);
  checkRecipe(recipe);
  const preset = presetOf(recipe, classesOf(labels).length);
  const set = prepareTrainingSet({ sections: options.sections, labels, balance: preset.balance, seed });
  if (startFrom && !canStartFrom(startFrom, { labels, recipe })) {
    throw new TrainingError('MODEL_ARCHITECTURE', `a model of ${JSON.stringify(startFrom.network)}`);
  }
  if (resumeFrom) checkResumable(resumeFrom, { labels, recipe, seed });
  // Before the first tensor: what is refused here would otherwise end the process.
  checkTrainingMemory(
    { parameters: parameterCountOf(preset.network), activations: activationsOf(recipe) },
    usableMemoryBytes(engine),
  );
  const unet = createUnet(engine, preset.network, { seed, precision: options.precision ?? 'auto' });
  try {
    if (resumeFrom) unet.importState(resumeFrom.state, 'all');
    else if (startFrom) unet.importState(startFrom.state, 'weights');
    const run = await runSteps(options, { unet, preset, set, now, startedAt });
    if (run.best) unet.importState(run.best.state, 'weights');
    const temperature = await fitModelTemperature(unet, {
      heldOut: options.heldOut,
      labels,
      signal: options.signal,
    });
    const { labelledPixels } = set;
    const { steps, seconds, finalLoss, ended } = run;
    return {
      model: {
        labels: labels.map(({ value, name, gray }) => ({ value, name, gray })),
        recipe,
        network: preset.network,
        temperature,
        training: { seed, steps, seconds, finalLoss, labelledPixels, engine: engine.sentence },
        state: run.best?.state ?? (await unet.exportState()),
      },
      steps,
      seconds,
      finalLoss,
      labelledPixels,
      ended,
    };
  } catch (error) {
    throw memoryErrorOf(error) ?? error;
  } finally {
    unet.dispose();
  }
}

/** Numbers that the backward pass keeps: convolution, bias and ReLU, twice a level on the way down and up. */
function activationsOf({ base, depth, tile, batch }: Recipe): number {
  let perPixel = 0;
  for (let level = 0; level <= depth; level++) perPixel += (14 * base * 2 ** level) / 4 ** level;
  return perPixel * tile * tile * batch;
}

interface Run {
  unet: Unet;
  preset: Preset;
  set: TrainingSet;
  now: () => number;
  startedAt: number;
}

interface RunEnd {
  best: { measure: number; state: UnetState } | null;
  steps: number;
  seconds: number;
  finalLoss: number | null;
  ended: TrainResult['ended'];
}

async function runSteps(options: TrainOptions, run: Run): Promise<RunEnd> {
  const { recipe, seed, resumeFrom, signal } = options;
  const { unet, preset, set, now, startedAt } = run;
  const batches = createBatches(set, { ...recipe, seed, augment: preset.augment });
  const measureHeldOut = prepareMeasure(options, preset);
  const seconds = () => (now() - startedAt) / 1000;
  const schedule = { ...preset.schedule };
  if (options.startFrom) schedule.peak *= RETRAIN_RATE;

  let step = resumeFrom?.step ?? 0;
  let loss = resumeFrom?.smoothedLoss ?? null;
  let best = resumeFrom?.best ?? null;
  let strikes = 0;
  let ended: TrainResult['ended'] = 'budget';
  let toldAt = -Infinity;
  let savedAt = now();
  let comparedAt = Math.max(0.5, fractionNow());
  let stepSeconds = 0;

  function fractionNow(): number {
    return recipe.steps !== null ? step / recipe.steps : seconds() / recipe.budgetSeconds!;
  }
  const tell = () => {
    const fraction = Math.min(1, fractionNow());
    const spent = seconds() - (resumeFrom?.seconds ?? 0);
    const done = fraction - (resumeFrom ? firstFraction : 0);
    options.onProgress?.({
      step,
      steps: recipe.steps ?? (fraction > 0 ? Math.max(step, Math.round(step / fraction)) : step),
      loss,
      fraction,
      secondsLeft:
        recipe.budgetSeconds !== null
          ? Math.max(0, recipe.budgetSeconds - seconds())
          : done > 0
            ? (spent * (1 - fraction)) / done
            : null,
    });
    toldAt = now();
  };
  const save = async () => {
    if (!options.onCheckpoint) return;
    const { labels } = options;
    const state = await unet.exportState();
    await options.onCheckpoint({
      labels: [...labels],
      recipe,
      seed,
      step,
      seconds: seconds(),
      smoothedLoss: loss,
      state,
      best,
    });
    savedAt = now();
  };
  const compare = async () => {
    const measure = measureHeldOut ? await measureHeldOut(unet) : loss;
    if (measure !== null && (best === null || measure <= best.measure * LATER_BONUS)) {
      best = { measure, state: await unet.exportState() };
    }
  };

  const firstFraction = fractionNow();
  tell();
  // The last step of a budget in seconds is left out where it would end later than it began early.
  while (recipe.steps !== null ? step < recipe.steps : seconds() + stepSeconds / 2 < recipe.budgetSeconds!) {
    if (signal?.aborted) {
      await save();
      throw new TrainingError('CANCELLED', `cancelled after ${step} steps`);
    }
    const from = seconds();
    const rate = learningRate(schedule, { step, fraction: fractionNow() }) / 2 ** strikes;
    try {
      const stepLoss = await unet.trainStep(batches(step), rate);
      loss = loss === null ? stepLoss : SMOOTHING * loss + (1 - SMOOTHING) * stepLoss;
      strikes = 0;
    } catch (error) {
      if (!(error instanceof UnetError) || error.code !== 'LOSS_NOT_FINITE') throw error;
      strikes++;
      if (strikes === MAX_STRIKES) {
        if (loss === null) throw new TrainingError('LOSS_NOT_FINITE', error.message, error);
        ended = 'loss-not-finite';
        break;
      }
    }
    step++;
    stepSeconds = seconds() - from;
    if (fractionNow() >= comparedAt + 0.5 / COMPARISONS) {
      comparedAt = fractionNow();
      await compare();
    }
    if (now() - toldAt >= PROGRESS_EVERY_MS) tell();
    if (now() - savedAt >= CHECKPOINT_EVERY_MS) await save();
    // A step blocks: leases must be renewed and signals heard between two of them.
    await setImmediate();
  }
  await compare();
  tell();
  return { best, steps: step, seconds: seconds(), finalLoss: loss, ended };
}

/** Null without held-out labels of at least two classes: the smoothed training loss decides then. */
function prepareMeasure(options: TrainOptions, preset: Preset): ((unet: Unet) => Promise<number>) | null {
  const { heldOut, labels, recipe, seed } = options;
  try {
    const set = prepareTrainingSet({ sections: heldOut, labels, balance: preset.balance, seed });
    return heldOutLoss(set, { ...recipe, seed });
  } catch (error) {
    if (error instanceof TrainingError && (error.code === 'NO_LABELS' || error.code === 'ONE_CLASS_ONLY')) {
      return null;
    }
    throw error;
  }
}
