/** The trainer beside Keras and PyTorch: steps, predictions, replicas, the way from a label to a map, accuracy. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine } from '@cotrace/engine';
import { choosePrecision } from '../../../packages/unet/src/precision.ts';
import { realMembraneFolder } from '../../support/realSections.ts';
import { type Bench, BenchError, type GivenOptions } from '../measure.ts';
import { count, named } from '../options.ts';
import { toMarkdown, toText } from '../tables.ts';
import { type AccuracyRun, measureAccuracy } from './accuracy.ts';
import { measureLabelToMap } from './labelToMap.ts';
import { type Measured, PARTS, type Part } from './measured.ts';
import { measurePredictions } from './predictions.ts';
import { ensurePythonPeers } from './pythonPeers.ts';
import { type Disturbance, watchOthers } from './quiet.ts';
import { circumstances, tablesOf } from './report.ts';
import { PRECISIONS, SETTINGS, type Setting, titleOf } from './settings.ts';
import { measureSteps, type StepOptions } from './steps.ts';
import { targetsOf } from './targets.ts';

const STEPS = 30;
const WARM_UP = 10;
/** Accuracy is looked at after so long. */
const MINUTES: readonly number[] = [2, 5, 10, 20];
/** Training of a run of the label-to-map part. */
const BUDGET_SECONDS = 60;
/** Without being named: what needs neither real sections nor the better part of an hour. */
const USUAL_PARTS: readonly Part[] = ['steps', 'prediction'];

export const training: Bench = {
  about: 'the trainer, with --peers beside Keras and PyTorch (half an hour and more, only when named)',
  onlyWhenNamed: true,
  options: {
    peers: {
      type: 'boolean',
      about: 'set Keras and PyTorch up where they are missing, and measure them too',
    },
    part: {
      type: 'string',
      multiple: true,
      about: `only these: ${PARTS.join(', ')} (the last two: only then)`,
    },
    setting: {
      type: 'string',
      multiple: true,
      about: `only these networks, widths and sides: ${SETTINGS.map(nameOfSetting).join(', ')}`,
    },
    precision: { type: 'string', multiple: true, about: `only these: ${PRECISIONS.join(', ')}` },
    steps: { type: 'string', about: `how many count (${STEPS}), after ${WARM_UP} or as many that do not` },
    budget: { type: 'string', about: `seconds of training from the label to the map (${BUDGET_SECONDS})` },
    after: { type: 'string', multiple: true, about: `minutes of accuracy (${MINUTES.join(', ')})` },
    course: { type: 'string', about: "accuracy of the course's recipe after so many steps, too" },
    data: { type: 'string', about: 'folder with image/ and label/ of the real sections 0 to 19' },
    markdown: { type: 'boolean', about: 'tables as in docs/benchmarks' },
  },
  async run(given) {
    const measured = await measure(given, (doing) => process.stderr.write(`${doing} …\n`));
    const render = given.markdown === true ? toMarkdown : toText;
    const sentences = circumstances(measured).map((sentence) => `${sentence}\n`);
    return {
      json: { ...measured, targets: targetsOf(measured) },
      text: `\n${sentences.join('')}${tablesOf(measured).map(render).join('')}`,
    };
  },
};

async function measure(given: GivenOptions, progress: (doing: string) => void): Promise<Measured> {
  const parts = given.part === undefined ? USUAL_PARTS : named(given, 'part', PARTS, (name) => name);
  const settings = named(given, 'setting', SETTINGS, nameOfSetting);
  const folder = parts.includes('accuracy') ? sectionsFolder(given) : undefined;
  const runs = accuracyRuns(given);
  const budgetSeconds = count(given, 'budget', BUDGET_SECONDS);
  const steps = count(given, 'steps', STEPS);
  const engine = await loadEngine();
  const python = given.peers === true ? await ensurePythonPeers(progress) : undefined;
  const options: StepOptions = {
    python,
    precisions: named(given, 'precision', PRECISIONS, (name) => name),
    steps,
    warmUp: Math.min(WARM_UP, steps),
  };

  const disturbances: Partial<Record<Part, Disturbance>> = {};
  async function inPart<T>(part: Part, nothing: T, work: () => Promise<T>): Promise<T> {
    if (!parts.includes(part)) return nothing;
    const watched = await watchOthers();
    const result = await work();
    disturbances[part] = await watched();
    return result;
  }
  async function each<G, T>(
    all: readonly G[],
    nameOf: (one: G) => string,
    work: (one: G) => Promise<T>,
  ): Promise<T[]> {
    const results: T[] = [];
    for (const one of all) {
      progress(nameOf(one));
      results.push(await work(one));
    }
    return results;
  }

  return {
    engine: engine.sentence,
    defaultPrecision: choosePrecision('auto', engine),
    disturbances,
    steps: await inPart('steps', [], () =>
      each(settings, titleOf, (setting) => measureSteps(setting, options)),
    ),
    predictions: await inPart('prediction', [], () => {
      progress('whole sections');
      return measurePredictions(options);
    }),
    replicas: [],
    map: await inPart('map', undefined, () => {
      progress('from a label to its map');
      return measureLabelToMap(budgetSeconds);
    }),
    accuracy: await inPart('accuracy', [], () =>
      each(
        runs.filter(({ who }) => who === 'cotrace' || python !== undefined),
        nameOfRun,
        (run) => measureAccuracy(run, { folder: folder!, python }),
      ),
    ),
  };
}

function nameOfSetting({ network, base, side }: Setting): string {
  return `${network}-${base}-${side}`;
}

function accuracyRuns(given: GivenOptions): AccuracyRun[] {
  const minutes = named(given, 'after', MINUTES.map(String), (text) => text).map(Number);
  const both = (run: Omit<AccuracyRun, 'who'>): AccuracyRun[] => [
    { ...run, who: 'cotrace' },
    { ...run, who: 'keras' },
  ];
  const course =
    given.course === undefined ? [] : both({ recipe: 'course', steps: count(given, 'course', 1) });
  return [...minutes.flatMap((after) => both({ recipe: 'default', minutes: after })), ...course];
}

const nameOfRun = ({ who, recipe, minutes, steps }: AccuracyRun): string =>
  `${who}, ${recipe} recipe, ${minutes === undefined ? `${steps} steps` : `${minutes} minutes`}`;

function sectionsFolder(given: GivenOptions): string {
  const folder = (given.data as string | undefined) ?? realMembraneFolder();
  if (folder !== undefined && existsSync(join(folder, 'image'))) return folder;
  throw new BenchError(
    `--part accuracy: real sections in ${folder ?? 'COTRACE_TEST_DATA'} were expected, none were found. Name a folder with image/ and label/, 0 to 19, with --data.`,
  );
}
