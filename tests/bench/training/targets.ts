/** What the trainer has to reach, held against one measurement. Only what was measured is judged. */
import type { AccuracyResult } from './accuracy.ts';
import type { Measured } from './measured.ts';
import type { ReplicaResult } from './replicas.ts';
import { PRECISIONS, type Setting, type Who } from './settings.ts';
import type { StepFigures, StepResult } from './steps.ts';

export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly got: string;
  readonly isMet: boolean;
}

const STEP_RATIO = 1;
const MIRRORED_RATIO = 0.95;
const DEFAULT_RATIO = 0.65;
const EFFICIENCY = 0.95;
/** Minutes and the V_Rand, averaged over eight turns, that they have to reach. */
const V_RAND = [
  [10, 0.955],
  [20, 0.97],
] as const;
const COURSE_DIFFERENCE = 0.01;

export function targetsOf(measured: Measured): Target[] {
  const judged = measured.steps.filter(({ setting }) => setting.network === 'course' && setting.side === 256);
  return [
    ...judged.flatMap(samePrecisionTargets),
    ...judged.flatMap((result) => defaultTargets(result, measured.defaultPrecision)),
    ...judged.filter(({ setting }) => setting.base === 64).flatMap(memoryTargets),
    ...measured.replicas.flatMap((replicas) => replicaTargets(replicas, measured.steps)),
    ...accuracyTargets(measured.accuracy),
  ];
}

const at = ({ base, side }: Setting) => `base ${base}, ${side}²`;

function figuresOf({ figures }: StepResult, who: Who, precision: string): StepFigures | undefined {
  return figures.find(({ contestant }) => contestant.who === who && contestant.precision === precision);
}

/** Undefined without both peers: the faster of one is not the faster of two. */
function fasterPeerMs(result: StepResult, precision: string): number | undefined {
  const keras = figuresOf(result, 'keras', precision);
  const torch = figuresOf(result, 'torch', precision);
  return keras && torch && Math.min(keras.wall.median, torch.wall.median);
}

function atMost(what: string, limit: number, ratio: number): Target {
  return { what, wanted: `at most ${limit}`, got: ratio.toFixed(3), isMet: ratio <= limit };
}

function atLeast(what: string, limit: number, value: number): Target {
  return { what, wanted: `at least ${limit}`, got: value.toFixed(3), isMet: value >= limit };
}

function samePrecisionTargets(result: StepResult): Target[] {
  return PRECISIONS.flatMap((precision) => {
    const ours = figuresOf(result, 'cotrace', precision);
    const theirs = fasterPeerMs(result, precision);
    if (ours === undefined || theirs === undefined) return [];
    const what = `step ÷ the faster of Keras and PyTorch, ${precision}, ${at(result.setting)}`;
    return [atMost(what, STEP_RATIO, ours.wall.median / theirs)];
  });
}

/** Only promised where the processor multiplies bfloat16. */
function defaultTargets(result: StepResult, precision: string): Target[] {
  const ours = figuresOf(result, 'cotrace', precision);
  const theirs = figuresOf(result, 'keras', 'float32');
  if (precision !== 'bfloat16' || ours === undefined || theirs === undefined) return [];
  const what = `step in the default precision ÷ Keras's default, ${at(result.setting)}`;
  return [atMost(what, DEFAULT_RATIO, ours.wall.median / theirs.wall.median)];
}

function memoryTargets(result: StepResult): Target[] {
  return PRECISIONS.flatMap((precision) => {
    const ours = figuresOf(result, 'cotrace', precision);
    const theirs = figuresOf(result, 'keras', precision);
    if (ours === undefined || theirs === undefined) return [];
    const what = `peak memory ÷ Keras's, ${precision}, ${at(result.setting)}`;
    return [atMost(what, 1, ours.peakBytes / theirs.peakBytes)];
  });
}

function replicaTargets(replicas: ReplicaResult, steps: readonly StepResult[]): Target[] {
  const { setting, precision, efficiency, mirroredMs } = replicas;
  const same = steps.find((step) => JSON.stringify(step.setting) === JSON.stringify(setting));
  const theirs = same && fasterPeerMs(same, precision);
  const where = `${precision}, ${at(setting)}`;
  return [
    atLeast(`efficiency of ${replicas.replicas} replicas, ${where}`, EFFICIENCY, efficiency),
    ...(theirs === undefined || setting.side !== 256
      ? []
      : [
          atMost(
            `mirrored step ÷ the faster of Keras and PyTorch, ${where}`,
            MIRRORED_RATIO,
            mirroredMs / theirs,
          ),
        ]),
  ];
}

function accuracyTargets(results: readonly AccuracyResult[]): Target[] {
  const ours = (run: string) => results.filter(({ who, recipe }) => who === 'cotrace' && recipe === run);
  const budget = ours('default').flatMap(({ minutes, averaged }) => {
    const wanted = V_RAND.find(([after]) => after === minutes);
    return wanted && averaged
      ? [atLeast(`V_Rand after ${minutes} minutes, eight turns`, wanted[1], averaged.vRand)]
      : [];
  });
  const course = ours('course').flatMap((run) => {
    const theirs = results.find(
      ({ who, recipe, steps }) => who === 'keras' && recipe === 'course' && steps === run.steps,
    );
    if (theirs === undefined) return [];
    const difference = Math.abs(run.plain.vRand - theirs.plain.vRand);
    const what = `V_Rand of the course's recipe, away from Keras's after ${run.steps} steps`;
    return [atMost(what, COURSE_DIFFERENCE, difference)];
  });
  return [...budget, ...course];
}
