/** Mirrored replicas, each with its share of the cores, beside one alone on such a share: what sharing out costs. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PrecisionName } from './question.ts';
import { BATCH, type Setting } from './settings.ts';
import type { StepOptions } from './steps.ts';

export interface ReplicaQuestion {
  readonly base: number;
  readonly side: number;
  readonly precision: PrecisionName;
  readonly replicas: number;
  readonly batch: number;
  /** That count. */
  readonly steps: number;
}

export interface ReplicaResult {
  readonly setting: Setting;
  readonly precision: PrecisionName;
  readonly replicas: number;
  /** A step of one replica with its share of the batch on its share of the cores, nobody beside it. */
  readonly aloneMs: number;
  /** A step of all together. */
  readonly mirroredMs: number;
  readonly imagesPerSecond: number;
  /** Images a second together ÷ (replicas × images a second of the one alone). */
  readonly efficiency: number;
}

/** Two replicas, in each precision. Loading, drawing and augmenting the batches is part of the steps, as in a real run. */
export async function measureReplicas(
  setting: Setting,
  { precisions, steps }: Pick<StepOptions, 'precisions' | 'steps'>,
): Promise<ReplicaResult[]> {
  const replicas = 2;
  const results: ReplicaResult[] = [];
  for (const precision of precisions) {
    const { base, side } = setting;
    const question = { base, side, precision, steps };
    const one = await imagesPerSecond(
      { ...question, replicas: 1, batch: BATCH / replicas },
      {
        TF_NUM_INTRAOP_THREADS: String(Math.max(1, Math.floor(availableParallelism() / replicas))),
        TF_NUM_INTEROP_THREADS: '1',
      },
    );
    const all = await imagesPerSecond({ ...question, replicas, batch: BATCH }, {});
    results.push({
      setting,
      precision,
      replicas,
      imagesPerSecond: all,
      ...comparisonOf({ replicas, one, all }),
    });
  }
  return results;
}

/** `one` and `all`: images a second of one replica alone, and of all together. */
export function comparisonOf({ replicas, one, all }: { replicas: number; one: number; all: number }) {
  return {
    aloneMs: ((BATCH / replicas) * 1000) / one,
    mirroredMs: (BATCH * 1000) / all,
    efficiency: all / (replicas * one),
  };
}

async function imagesPerSecond(
  question: ReplicaQuestion,
  environment: Record<string, string>,
): Promise<number> {
  const program = join(import.meta.dirname, 'replicaRun.ts');
  const args = ['--import', 'tsx', program, JSON.stringify(question)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 26,
  });
  return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { imagesPerSecond: number }).imagesPerSecond;
}
