/** A training run in this process alone. Knows no server and writes no file. */
import { memoryErrorOf } from '@cotrace/engine';
import { runSteps } from './loop.ts';
import { createRunBatches, createRunUnet, finishRun, prepareRun } from './run.ts';
import type { TrainOptions, TrainResult } from './trainOptions.ts';

/**
 * Trains until the recipe's steps or seconds are used up.
 * Throws NO_LABELS, ONE_CLASS_ONLY, RECIPE_INVALID, LABEL_TABLE_INVALID, SECTION_INVALID, LABEL_VALUE_UNKNOWN,
 * MODEL_ARCHITECTURE, CHECKPOINT_MISMATCH, LOSS_NOT_FINITE, CANCELLED; EngineError MEMORY_TOO_SMALL.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { engine, resumeFrom } = options;
  const now = options.now ?? (() => performance.now());
  const startedAt = now() - 1000 * (resumeFrom?.seconds ?? 0);
  const prepared = prepareRun(options, engine);
  const unet = createRunUnet(engine, options, prepared);
  try {
    const batches = createRunBatches(options, prepared);
    const takeStep = async (step: number, rate: number) => {
      const batch = batches(step);
      await options.onBatch?.(step, batch);
      return unet.trainStep(batch, rate);
    };
    const end = await runSteps(options, { unet, preset: prepared.preset, batches, takeStep, now, startedAt });
    return await finishRun(options, prepared, unet, end);
  } catch (error) {
    throw memoryErrorOf(error) ?? error;
  } finally {
    unet.dispose();
  }
}
