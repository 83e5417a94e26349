/**
 * The loop of every training run: steps under a budget, progress, checkpoints, the best weights kept. Who takes a step,
 * this process alone or several together, it does not know.
 */
import { setImmediate } from 'node:timers/promises';
import { type Unet, UnetError } from '@cotrace/unet';
import type { Batches } from './batches.ts';
import { chooseByEpoch, chooseByHeldOut } from './bestWeights.ts';
import { TrainingError } from './errors.ts';
import { heldOutLoss } from './heldOutLoss.ts';
import { learningRate } from './learningRate.ts';
import type { Preset } from './presets.ts';
import { describeRefused, type RefusedStep } from './refusedSteps.ts';
import type { RunEnd } from './run.ts';
import { prepareTrainingSet } from './trainingSet.ts';
import type { RunOptions, TrainResult } from './trainOptions.ts';

const PROGRESS_EVERY_MS = 250;
const CHECKPOINT_EVERY_MS = 30_000;
const SMOOTHING = 0.95;
/** Steps in a row without a finite loss, each at half the rate of the one before, until the run ends. */
const MAX_STRIKES = 5;

export interface Run {
  /** Holds the current weights and the optimiser after every step. */
  unet: Unet;
  preset: Preset;
  batches: Batches;
  /** One step of the run, by its number; its mean loss. Throws UnetError LOSS_NOT_FINITE. */
  takeStep: (step: number, learningRate: number) => Promise<number>;
  /** Whose gradients the last step took, where that is not the batch of its number. */
  lastBatch?: (() => number) | undefined;
  /** Milliseconds. */
  now: () => number;
  startedAt: number;
}

/** Throws LOSS_NOT_FINITE, CANCELLED; whatever a step throws besides. */
export async function runSteps(options: RunOptions, run: Run): Promise<RunEnd> {
  const { recipe, seed, resumeFrom, signal } = options;
  const { unet, preset, batches, takeStep, now, startedAt } = run;
  const seconds = () => (now() - startedAt) / 1000;
  const schedule = { ...preset.schedule };
  if (options.startFrom) schedule.peak *= preset.restartRate;

  let step = resumeFrom?.step ?? 0;
  let loss = resumeFrom?.smoothedLoss ?? null;
  /** Steps since the last finite loss. */
  let refused: RefusedStep[] = [];
  let isTold = false;
  let stoppedBy: string | null = null;
  let ended: TrainResult['ended'] = 'budget';
  let toldAt = -Infinity;
  let savedAt = now();
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
      best: choice.best(),
      epochSum: choice.epochSum(),
    });
    savedAt = now();
  };
  const startBest = resumeFrom?.best ?? null;
  const choice =
    preset.stepsPerEpoch === null
      ? chooseByHeldOut(unet, {
          measure: prepareMeasure(options, preset),
          best: startBest,
          fraction: fractionNow(),
        })
      : chooseByEpoch(unet, {
          stepsPerEpoch: preset.stepsPerEpoch,
          batches,
          best: startBest,
          sum: resumeFrom?.epochSum ?? null,
          onEpoch: options.onEpoch,
        });

  const firstFraction = fractionNow();
  tell();
  // The last step of a budget in seconds is left out where it would end later than it began early.
  while (recipe.steps !== null ? step < recipe.steps : seconds() + stepSeconds / 2 < recipe.budgetSeconds!) {
    if (signal?.aborted) {
      await save();
      throw new TrainingError('CANCELLED', `cancelled after ${step} steps`);
    }
    const from = seconds();
    const rate = learningRate(schedule, { step, fraction: fractionNow() }) / 2 ** refused.length;
    let stepLoss: number | null = null;
    try {
      stepLoss = await takeStep(step, rate);
      loss = loss === null ? stepLoss : SMOOTHING * loss + (1 - SMOOTHING) * stepLoss;
      refused = [];
    } catch (error) {
      if (!(error instanceof UnetError) || error.code !== 'LOSS_NOT_FINITE') throw error;
      refused.push({ step, batch: run.lastBatch?.() ?? step });
      // Refused steps leave the weights as they were: what they failed at can be found now, whichever of them it was.
      if (!isTold) {
        isTold = true;
        options.onRefused?.(`The loss was not finite ${await describeRefused(unet, batches, refused)}.`);
      }
      if (refused.length === MAX_STRIKES) {
        stoppedBy = await describeRefused(unet, batches, refused);
        if (loss === null) throw new TrainingError('LOSS_NOT_FINITE', stoppedBy, error);
        ended = 'loss-not-finite';
        break;
      }
    }
    step++;
    stepSeconds = seconds() - from;
    await choice.afterStep({ step, stepLoss, smoothedLoss: loss, fraction: fractionNow() });
    if (now() - toldAt >= PROGRESS_EVERY_MS) tell();
    if (now() - savedAt >= CHECKPOINT_EVERY_MS) await save();
    // A step blocks: leases must be renewed and signals heard between two of them.
    await setImmediate();
  }
  await choice.atEnd({ step, smoothedLoss: loss, fraction: fractionNow() });
  tell();
  return { best: choice.best(), steps: step, seconds: seconds(), finalLoss: loss, ended, stoppedBy };
}

/** Null without held-out labels of at least two classes: the smoothed training loss decides then. */
function prepareMeasure(options: RunOptions, preset: Preset): ((unet: Unet) => Promise<number>) | null {
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
