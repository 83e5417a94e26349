/** What comes before and after the steps of a run: what is refused, the network at its start, the model at the end. */
import { checkTrainingMemory, type Engine, usableMemoryBytes } from '@cotrace/engine';
import { createUnet, describeConfig, parameterCountOf, type Unet } from '@cotrace/unet';
import type { Batches } from './batches.ts';
import type { BestWeights } from './bestWeights.ts';
import { fitModelTemperature } from './calibration.ts';
import { checkResumable } from './checkpoint.ts';
import { TrainingError } from './errors.ts';
import type { Model } from './model.ts';
import { type Preset, presetOf } from './presets.ts';
import { checkRecipe, type Recipe } from './recipe.ts';
import { classesOf, type LabelClass } from './section.ts';
import { prepareTrainingSet, type TrainingSet } from './trainingSet.ts';
import type { RunOptions, TrainOptions, TrainResult } from './trainOptions.ts';

export interface PreparedRun {
  preset: Preset;
  set: TrainingSet;
}

/** How the steps ended; `seconds` of training. */
export interface RunEnd {
  best: BestWeights | null;
  steps: number;
  seconds: number;
  finalLoss: number | null;
  ended: TrainResult['ended'];
  stoppedBy: TrainResult['stoppedBy'];
}

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
 * `replicas` hold the weights each, and the images together.
 * Throws NO_LABELS, ONE_CLASS_ONLY, RECIPE_INVALID, LABEL_TABLE_INVALID, SECTION_INVALID, LABEL_VALUE_UNKNOWN,
 * MODEL_ARCHITECTURE, CHECKPOINT_MISMATCH; EngineError MEMORY_TOO_SMALL.
 */
export function prepareRun(
  options: RunOptions,
  engine: Pick<Engine, 'name' | 'device' | 'cards'>,
  replicas = 1,
): PreparedRun {
  const { labels, recipe, seed, startFrom, resumeFrom } = options;
  checkRecipe(recipe);
  const preset = presetOf(recipe, classesOf(labels).length);
  const set = prepareTrainingSet({ sections: options.sections, labels, balance: preset.balance, seed });
  if (startFrom && !canStartFrom(startFrom, { labels, recipe })) {
    throw new TrainingError(
      'MODEL_ARCHITECTURE',
      `${describeConfig(startFrom.network)}; this recipe's is ${describeConfig(preset.network)}`,
    );
  }
  if (resumeFrom) checkResumable(resumeFrom, { labels, recipe, seed });
  // Before the first tensor: what is refused here would otherwise end the process.
  checkTrainingMemory(
    { parameters: replicas * parameterCountOf(preset.network), activations: activationsOf(recipe) },
    // Each replica has a card of its own.
    usableMemoryBytes(engine) * (engine.device === 'gpu' ? replicas : 1),
  );
  return { preset, set };
}

/** Numbers that the backward pass keeps: convolution, bias and ReLU, twice a level on the way down and up. */
export function activationsOf({ base, depth, tile, batch }: Recipe): number {
  let perPixel = 0;
  for (let level = 0; level <= depth; level++) perPixel += (14 * base * 2 ** level) / 4 ** level;
  return perPixel * tile * tile * batch;
}

/** The network as the run begins with it. To be disposed of. */
export function createRunUnet(engine: Engine, options: RunOptions, { preset }: PreparedRun): Unet {
  const { seed, precision = 'auto', startFrom, resumeFrom } = options;
  const unet = createUnet(engine, preset.network, { seed, precision });
  if (resumeFrom) unet.importState(resumeFrom.state, 'all');
  else if (startFrom) unet.importState(startFrom.state, 'weights');
  return unet;
}

/** What the steps of the run learn from. */
export function createRunBatches(
  { sections, labels, seed }: RunOptions,
  { preset, set }: PreparedRun,
): Batches {
  return preset.batches({ sections, labels, set, seed });
}

/** Throws CANCELLED. */
export async function finishRun(
  options: TrainOptions,
  { preset, set }: PreparedRun,
  unet: Unet,
  { best, steps, seconds, finalLoss, ended, stoppedBy }: RunEnd,
): Promise<TrainResult> {
  const { engine, labels, recipe, seed, heldOut, signal } = options;
  if (best) unet.importState(best.state, 'weights');
  const temperature = await fitModelTemperature(unet, { heldOut, labels, input: preset.input, signal });
  const { labelledPixels } = set;
  return {
    model: {
      labels: labels.map(({ value, name, gray, color }) => ({ value, name, gray, ...(color && { color }) })),
      recipe,
      network: preset.network,
      temperature,
      training: { seed, steps, seconds, finalLoss, labelledPixels, engine: engine.sentence },
      state: best?.state ?? (await unet.exportState()),
    },
    steps,
    seconds,
    finalLoss,
    labelledPixels,
    ended,
    stoppedBy,
  };
}
