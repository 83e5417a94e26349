/** Training steps, one of each contestant in turn, so that a disturbance of the machine meets all alike. */
import { openSitting, type Running } from './contestants.ts';
import type { PrecisionName, Timed } from './question.ts';
import type { Contestant, Setting } from './settings.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface StepFigures {
  readonly contestant: Contestant;
  readonly wall: Spread;
  /** Of all threads of the process: what other work on the machine changes least. */
  readonly cpu: Spread;
  /** Resident memory of the whole process at its greatest. */
  readonly peakBytes: number;
}

export interface StepResult {
  readonly setting: Setting;
  readonly steps: number;
  readonly figures: readonly StepFigures[];
  readonly versions: Readonly<Record<string, string>>;
  readonly how: readonly string[];
}

export interface StepOptions {
  readonly python: string | undefined;
  readonly precisions: readonly PrecisionName[];
  readonly steps: number;
  /** That do not count: kernels are chosen and buffers grow in these. */
  readonly warmUp: number;
}

export async function measureSteps(setting: Setting, options: StepOptions): Promise<StepResult> {
  await using sitting = await openSitting(setting, options);
  const { running } = sitting;
  const timed = await inTurns(running, { step: 1 }, options);
  const figures: StepFigures[] = [];
  for (const [at, { contestant, process }] of running.entries()) {
    const { bytes } = await process.ask<{ bytes: number }>({ peakMemory: true });
    figures.push({
      contestant,
      wall: spreadOf(timed[at]!.map(({ wallMs }) => wallMs)),
      cpu: spreadOf(timed[at]!.map(({ cpuMs }) => cpuMs)),
      peakBytes: bytes,
    });
  }
  return {
    setting,
    steps: options.steps,
    figures,
    versions: Object.assign({}, ...running.map(({ told }) => told.versions)),
    how: [...new Set(running.map(({ contestant, told }) => `${contestant.who}: ${told.compiled}`))],
  };
}

/** `question` to each in turn, `warmUp` + `steps` times; answers of the latter, by contestant. */
export async function inTurns(
  running: readonly Running[],
  question: object,
  { steps, warmUp }: { steps: number; warmUp: number },
): Promise<Timed[][]> {
  const answers: Timed[][] = running.map(() => []);
  for (let round = 0; round < warmUp + steps; round++) {
    for (const [at, { process }] of running.entries()) {
      const answer = await process.ask<Timed>(question);
      if (round >= warmUp) answers[at]!.push(answer);
    }
  }
  return answers;
}
