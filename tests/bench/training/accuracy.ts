/**
 * How good a model is after so many minutes: real sections, trained on 0 to 14, scored on 15 to 19, once plain and once
 * averaged over eight turns. Ours is trained by the command line, as a person would; Keras by peers/keras_accuracy.py.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadEngine } from '@cotrace/engine';
import { type LabelledSection, scoreStack } from '@cotrace/metrics';
import {
  createPredictor,
  loadModelFolder,
  MEMBRANE_LABELS,
  readCourseFolder,
  type Section,
} from '@cotrace/training';
import { BenchError } from '../measure.ts';
import type { Who } from './settings.ts';

const TRAIN_ON = '0-14';
const SCORE_ON = '15-19';
const ROOT = join(import.meta.dirname, '../../..');

export interface Scores {
  readonly vRand: number;
  readonly vInfo: number;
  /** Share of pixels that are right at a probability of one half. */
  readonly pixelAccuracy: number;
}

export interface AccuracyResult {
  readonly who: Exclude<Who, 'torch'>;
  readonly recipe: 'default' | 'course';
  /** Undefined: as many steps as the recipe has. */
  readonly minutes: number | undefined;
  readonly steps: number;
  readonly plain: Scores;
  readonly averaged: Scores | undefined;
}

export interface AccuracyRun {
  readonly who: AccuracyResult['who'];
  readonly recipe: AccuracyResult['recipe'];
  /** Of training, loading and prediction left out; or steps. Exactly one of both. */
  readonly minutes?: number;
  readonly steps?: number;
}

/** `folder`: image/ and label/ of the challenge's membranes. Throws BenchError where the sections are not there. */
export async function measureAccuracy(
  run: AccuracyRun,
  options: { folder: string; python: string | undefined },
): Promise<AccuracyResult> {
  const heldOut = await readCourseFolder(options.folder, {
    sections: SCORE_ON,
    labels: MEMBRANE_LABELS,
  }).catch((error: Error) => {
    throw new BenchError(
      `--data: membrane sections ${TRAIN_ON} and ${SCORE_ON} were expected. ${error.message}`,
    );
  });
  const work = await mkdtemp(join(tmpdir(), 'cotrace-accuracy-'));
  try {
    const { steps, maps } =
      run.who === 'cotrace'
        ? await runOurs(run, options.folder, work, heldOut)
        : await runKeras(run, options, work, heldOut);
    return {
      who: run.who,
      recipe: run.recipe,
      minutes: run.minutes,
      steps,
      plain: scoresOf(heldOut, maps.plain),
      averaged: scoresOf(heldOut, maps.averaged),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Trained {
  readonly steps: number;
  readonly maps: Readonly<Record<'plain' | 'averaged', Float32Array[]>>;
}

async function runOurs(run: AccuracyRun, folder: string, work: string, heldOut: Section[]): Promise<Trained> {
  const out = join(work, 'model');
  const length =
    run.minutes === undefined ? ['--steps', String(run.steps)] : ['--minutes', String(run.minutes)];
  const args = [
    'train',
    '--data',
    folder,
    '--out',
    out,
    '--sections',
    TRAIN_ON,
    '--preset',
    run.recipe,
    ...length,
  ];
  await execute(process.execPath, ['--import', 'tsx', join(ROOT, 'apps/cli/src/main.ts'), ...args, '--json']);
  const model = await loadModelFolder(out);
  const predictor = createPredictor(await loadEngine(), model);
  try {
    const maps: Trained['maps'] = { plain: [], averaged: [] };
    for (const section of heldOut) {
      for (const [kind, turns] of [
        ['plain', 1],
        ['averaged', 8],
      ] as const) {
        maps[kind].push((await predictor.predict(section, { turns, uncertainty: false })).probability);
      }
    }
    return { steps: model.training.steps, maps };
  } finally {
    predictor.dispose();
  }
}

async function runKeras(
  run: AccuracyRun,
  { folder, python }: { folder: string; python: string | undefined },
  work: string,
  heldOut: Section[],
): Promise<Trained> {
  const program = join(import.meta.dirname, 'peers', 'keras_accuracy.py');
  const asked = { ...run, folder, work, train: numbers(TRAIN_ON), score: numbers(SCORE_ON) };
  const said = await execute(python!, [program, JSON.stringify(asked)]);
  const { steps } = JSON.parse(said.trim().split('\n').at(-1)!) as { steps: number };
  const read = async (kind: string): Promise<Float32Array[]> => {
    const bytes = await readFile(join(work, `${kind}.f32`));
    const all = new Float32Array(Uint8Array.from(bytes).buffer);
    let at = 0;
    return heldOut.map(({ width, height }) => {
      at += width * height;
      return all.slice(at - width * height, at);
    });
  };
  return { steps, maps: { plain: await read('plain'), averaged: await read('averaged') } };
}

const numbers = (range: string): number[] => {
  const [first, last] = range.split('-').map(Number) as [number, number];
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
};

async function execute(command: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd: ROOT, maxBuffer: 1 << 28 });
    return stdout;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    throw new Error(`${args.slice(0, 4).join(' ')} failed: ${stderr.slice(-3000) || message}`);
  }
}

/** `maps`: probability of "cell" of each section, [height, width]. */
export function scoresOf(sections: readonly Section[], maps: readonly Float32Array[]): Scores {
  const cell = MEMBRANE_LABELS.find(({ name }) => name === 'cell')!.value;
  const truth = sections.map(
    ({ width, height, labels }): LabelledSection => ({
      width,
      height,
      labels: labels!.map((value) => (value === cell ? 1 : 0)),
    }),
  );
  const { vRand, vInfo } = scoreStack(truth, maps);
  let right = 0;
  let all = 0;
  for (const [index, { labels }] of truth.entries()) {
    all += labels.length;
    for (const [at, label] of labels.entries()) right += (maps[index]![at]! > 0.5 ? 1 : 0) === label ? 1 : 0;
  }
  return { vRand, vInfo, pixelAccuracy: right / all };
}
