/** `cotrace train`: a model from a folder of labelled sections, with no server. */
import { loadEngine, type WantedEngine } from '@cotrace/engine';
import { MirrorError, STRATEGIES, type StrategyName } from '@cotrace/mirror';
import {
  COURSE_RECIPE,
  DEFAULT_RECIPE,
  isKerasFile,
  loadCheckpointFolder,
  type Recipe,
  type Section,
  saveCheckpointFolder,
  saveModelFolder,
  TrainingError,
  type TrainOptions,
  type TrainProgress,
  trainTogether,
} from '@cotrace/training';
import type { Command } from 'commander';
import { createAugmentedImages } from '../augmentedImages.ts';
import {
  type CourseOptions,
  courseLength,
  describeEpoch,
  refuseCourseOptions,
  withCourseOptions,
} from '../courseOptions.ts';
import { cliError } from '../errors.ts';
import { createEventFile, type EventFile } from '../eventFile.ts';
import type { ColoredLabel } from '../labelTable.ts';
import { loadModel } from '../models.ts';
import { listOf, needFile, needFolder, oneOf, positiveNumber, wholeNumber } from '../options.ts';
import { createProgress, duration } from '../progress.ts';
import type { Shell } from '../shell.ts';
import {
  findTaskFolder,
  readTaskFolder,
  type TaskFolder,
  type TaskFolderOptions,
  withTaskFolderOptions,
} from '../taskFolder.ts';

interface TrainCommandOptions extends TaskFolderOptions, CourseOptions {
  out: string;
  base?: number;
  depth?: number;
  tile?: number;
  batch?: number;
  replicas?: number;
  strategy: StrategyName;
  hosts?: string[];
  precision: 'auto' | 'float32' | 'bfloat16';
  engine: WantedEngine;
  seed: number;
  weights?: string;
  resume?: true;
  logdir?: string;
  saveAugmented?: string;
  json?: true;
}

const { base, depth, tile, batch } = DEFAULT_RECIPE;

export function addTrain(program: Command, shell: Shell): void {
  const command = program.command('train').description('Train a model on labelled sections');
  withCourseOptions(withTaskFolderOptions(command))
    .requiredOption('--out <MODELDIR>', 'folder for the model and, while it is trained, its checkpoint')
    .option('--steps <N>', 'end after so many steps', wholeNumber('--steps', 1, 100_000_000))
    .option('--minutes <M>', 'end after so much time (default: 10)', positiveNumber('--minutes', 'minutes'))
    .option(
      '--preset <NAME>',
      'default, or course: as in the course notes',
      oneOf('--preset', ['default', 'course']),
      'default',
    )
    .option(
      '--base <N>',
      `channels of the first level (default: ${base}; course: ${COURSE_RECIPE.base})`,
      wholeNumber('--base', 1, 256),
    )
    .option(
      '--depth <N>',
      `times that the picture is halved (default: ${depth})`,
      wholeNumber('--depth', 1, 6),
    )
    .option(
      '--tile <N>',
      `side of a training crop, pixels (default: ${tile})`,
      wholeNumber('--tile', 16, 4096),
    )
    .option(
      '--batch <N>',
      `crops a step (default: ${batch}; course: ${COURSE_RECIPE.batch})`,
      wholeNumber('--batch', 1, 256),
    )
    .option(
      '--replicas <K>',
      'processes that train one model together (default: all graphics cards, else all cores, where it pays)',
      wholeNumber('--replicas', 1, 1024),
    )
    .option(
      '--strategy <NAME>',
      `how they share the work: ${STRATEGIES.join(', ')}`,
      oneOf('--strategy', STRATEGIES),
      'mirrored',
    )
    .option(
      '--hosts <LIST>',
      'machines for --strategy multi-worker, this one first: names or addresses with commas between them',
      listOf('--hosts'),
    )
    .option(
      '--precision <NAME>',
      'auto, float32 or bfloat16',
      oneOf('--precision', ['auto', 'float32', 'bfloat16']),
      'auto',
    )
    .option(
      '--engine <NAME>',
      'auto, gpu, tensorflow, webgpu or wasm',
      oneOf('--engine', ['auto', 'gpu', 'tensorflow', 'webgpu', 'wasm']),
      'auto',
    )
    .option(
      '--seed <S>',
      'a run with the same seed, steps and engine is the same run',
      wholeNumber('--seed', 0, 2 ** 32 - 1),
      0,
    )
    .option(
      '--weights <MODELDIR|FILE.hdf5>',
      "start from this model, or from Keras's weights of the course's U-Net, instead of random weights",
    )
    .option('--resume', 'go on from the checkpoint in --out')
    .option('--logdir <DIR>', 'write loss and speed there for TensorBoard')
    .option(
      '--save-augmented <DIR>',
      'write every crop and its mask there, as image_<n>.png and mask_<n>.png',
    )
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  cotrace train --data data/Membrane --out model --sections 0-14 --minutes 10' +
        '\n  cotrace train --data data --task Membrane --out course --preset course --epochs 5 --logdir logs',
    )
    .action(async (options: TrainCommandOptions) => {
      refuse(options);
      const folder = await findTaskFolder(options);
      if (options.weights !== undefined) await needWeights(options.weights);
      const recipe = recipeOf(options);
      const sections = await readSections(folder, options);
      const result = await run(options, { recipe, sections, labels: folder.labels }, shell);
      await saveModelFolder(options.out, result.model);
      report(result, options, shell);
    });
}

function refuse(options: TrainCommandOptions): void {
  const { strategy, steps, minutes, weights, resume } = options;
  if (strategy === 'tpu') throw new MirrorError('TPU_UNREACHABLE');
  refuseCourseOptions(options);
  if (steps !== undefined && minutes !== undefined) {
    throw cliError('BAD_USE', { sentence: 'One of --steps and --minutes was expected, but both came.' });
  }
  if (weights !== undefined && resume) {
    throw cliError('BAD_USE', {
      sentence:
        'One of --weights and --resume was expected, but both came: a checkpoint has its own weights.',
    });
  }
}

function recipeOf(options: TrainCommandOptions): Recipe {
  const usual = options.preset === 'course' ? COURSE_RECIPE : DEFAULT_RECIPE;
  const recipe: Recipe = {
    preset: options.preset,
    base: options.base ?? usual.base,
    depth: options.depth ?? usual.depth,
    tile: options.tile ?? usual.tile,
    batch: options.batch ?? usual.batch,
    ...(options.preset === 'course'
      ? courseLength(options)
      : options.steps !== undefined
        ? { steps: options.steps, budgetSeconds: null }
        : options.minutes !== undefined
          ? { steps: null, budgetSeconds: 60 * options.minutes }
          : { steps: usual.steps, budgetSeconds: usual.budgetSeconds }),
  };
  if (recipe.tile % 2 ** recipe.depth !== 0) {
    const expected = `a multiple of ${2 ** recipe.depth} with --depth ${recipe.depth}`;
    throw cliError('OPTION_INVALID', { option: '--tile', expected, came: String(recipe.tile) });
  }
  return recipe;
}

async function needWeights(path: string): Promise<void> {
  await (isKerasFile(path) ? needFile('--weights', path) : needFolder('--weights', path));
}

async function readSections(folder: TaskFolder, { sections }: TrainCommandOptions): Promise<Section[]> {
  try {
    return await readTaskFolder(folder, sections);
  } catch (error) {
    // Only a number that --sections names can lack its image.
    if (!(error instanceof TrainingError) || error.code !== 'SECTION_MISSING') throw error;
    throw cliError('OPTION_INVALID', {
      option: '--sections',
      expected: `numbers that ${folder.path} holds`,
      came: sections ?? '',
    });
  }
}

type Trained = Awaited<ReturnType<typeof trainTogether>>;

/** From this many sections on the last one is kept aside: it tells which weights were best. */
const ENOUGH_TO_HOLD_OUT = 8;

async function run(
  options: TrainCommandOptions,
  { recipe, sections, labels }: { recipe: Recipe; sections: Section[]; labels: ColoredLabel[] },
  shell: Shell,
): Promise<Trained> {
  const engine = await loadEngine(options.engine);
  shell.note(`${engine.sentence}.${engine.faster === undefined ? '' : ` ${engine.faster}`}`);
  // The course keeps the best by the training loss, and trains on all that it is given.
  const held = recipe.preset === 'default' && sections.length >= ENOUGH_TO_HOLD_OUT ? 1 : 0;
  const heldOut = sections.slice(sections.length - held);
  if (held > 0) shell.note(`Section ${heldOut[0]!.name} is kept aside to tell which weights are best.`);
  const startFrom = options.weights === undefined ? undefined : await loadModel(options.weights, labels);
  const resumeFrom = options.resume ? await loadCheckpointFolder(options.out) : undefined;
  if (resumeFrom) shell.note(`Going on after step ${resumeFrom.step}.`);
  const events = options.logdir === undefined ? undefined : await createEventFile(options.logdir);
  const onBatch =
    options.saveAugmented === undefined
      ? undefined
      : await createAugmentedImages(options.saveAugmented, labels);
  const progress = createProgress(shell, 'training');
  const stop = new AbortController();
  const forget = shell.onInterrupt(() => stop.abort());
  try {
    const run: TrainOptions = {
      engine,
      labels,
      sections: sections.slice(0, sections.length - held),
      heldOut,
      recipe,
      seed: options.seed,
      precision: options.precision,
      startFrom,
      resumeFrom,
      signal: stop.signal,
      onCheckpoint: (checkpoint) => saveCheckpointFolder(options.out, checkpoint),
      onHalved: (sentence) => shell.note(sentence),
      onRefused: (sentence) => shell.note(sentence),
      onBatch,
      onEpoch: (end) => {
        shell.note(describeEpoch(end, recipe));
        // Keras counts epochs from 0 there.
        events?.write(end.epoch - 1, { epoch_loss: end.loss, epoch_accuracy: end.accuracy });
      },
      onProgress: (state) => {
        progress.show(state.fraction, describe(state));
        if (events) log(events, state);
      },
    };
    const { strategy, replicas, hosts } = options;
    return await trainTogether(run, { strategy, replicas, hosts, onNotice: shell.note });
  } catch (error) {
    if (error instanceof TrainingError && error.code === 'CANCELLED') {
      throw cliError('STOPPED', { folder: options.out });
    }
    throw error;
  } finally {
    forget();
    await events?.close();
  }
}

function describe({ step, steps, loss, secondsLeft }: TrainProgress): string {
  const parts = [`step ${step} of ${steps}`];
  if (loss !== null) parts.push(`loss ${loss.toFixed(4)}`);
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(', ');
}

function log(events: EventFile, { step, loss, fraction }: TrainProgress): void {
  if (loss !== null) events.write(step, { loss, fraction });
}

function report(result: Trained, { out, json }: TrainCommandOptions, shell: Shell): void {
  const { steps, seconds, finalLoss, labelledPixels, ended, stoppedBy, model } = result;
  const { replicas = 1, imagesPerSecond, report: together } = result;
  if (json) {
    const { temperature } = model;
    shell.print(
      JSON.stringify({
        ...{ model: out, steps, seconds, finalLoss, labelledPixels, temperature, ended, stoppedBy },
        ...{ replicas, imagesPerSecond, ...together },
      }),
    );
    return;
  }
  if (stoppedBy !== null)
    shell.note(`The loss did not stay finite ${stoppedBy}: the last good weights are kept.`);
  const staleness = together?.staleness;
  if (staleness) {
    const { mean, max, bound, refused } = staleness;
    shell.note(
      `Gradients were ${mean.toFixed(1)} steps old in the mean, ${max} at most; ${refused} older than ${bound} were refused.`,
    );
  }
  const loss = finalLoss === null ? '' : `, loss ${finalLoss.toFixed(4)}`;
  shell.print(`${out}: ${steps} steps in ${duration(seconds)} on ${labelledPixels} labelled pixels${loss}.`);
}
