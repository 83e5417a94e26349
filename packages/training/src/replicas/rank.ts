/** One process of a replicated run. Rank 0 runs the loop and reports; the others follow it, step by step. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine, memoryErrorOf } from '@cotrace/engine';
import {
  type Channel,
  type Communicator,
  callStarter,
  createStrategy,
  openCommunicator,
} from '@cotrace/mirror';
import { type TrainBatch, type Unet, UnetError } from '@cotrace/unet';
import type { Batches } from '../batches.ts';
import { runSteps } from '../loop.ts';
import { saveCheckpointFolder } from '../modelFolder.ts';
import { createRunBatches, createRunUnet, type PreparedRun, prepareRun } from '../run.ts';
import { type Job, shareJob } from './job.ts';
import { FAILURE_LINE, type FromRank, passError, type ToRank } from './messages.ts';
import { timeSteps } from './stepTimes.ts';

type Upwards = Channel<FromRank, ToRank>;

/** Where the starter listens. */
export const socketPath = (folder: string) => join(folder, 'starter');

/** Waits much longer than a step takes; rank 0 also compares weights and writes checkpoints between two. */
const PATIENCE = { leastMs: 60_000, steps: 20 };

/** The whole life of a rank; the process ends with it. */
export async function runRank(folder: string): Promise<void> {
  let upwards: Upwards | undefined;
  let communicator: Communicator | undefined;
  try {
    communicator = openCommunicator();
    if (communicator.rank === 0) {
      upwards = await callStarter<FromRank, ToRank>(socketPath(folder));
      // Nobody is there to hear the result, or to clear up: mpiexec ends the others when this one ends.
      upwards.onClosed(() => {
        rmSync(folder, { recursive: true, force: true });
        process.exit(1);
      });
    }
    await work(folder, communicator, upwards);
    await communicator.close();
    process.exit(0);
  } catch (error) {
    const told = passError(memoryErrorOf(error) ?? error);
    if (upwards) await upwards.post({ kind: 'failed', error: told });
    else process.stderr.write(`${FAILURE_LINE}${JSON.stringify(told)}\n`);
    // Out of memory or out of order, the others must not wait for this one.
    process.exit(1);
  }
}

async function work(folder: string, communicator: Communicator, upwards: Upwards | undefined): Promise<void> {
  const stop = new AbortController();
  upwards?.onMessage(() => stop.abort());
  const job = await shareJob(folder, communicator);
  const { options } = job;
  const engine = await loadEngine(job.engine);
  const prepared = prepareRun(options, engine, job.replicas);
  const unet = createRunUnet(engine, options, prepared);
  const batches = createRunBatches(options, prepared);
  const count = options.recipe.batch;
  const strategy = createStrategy<TrainBatch>(job.strategy, {
    communicator,
    replica: unet,
    batchOf: (step, share, shares) => {
      const each = count / shares;
      return batches(step, { first: share * each, count: each });
    },
    isStepRefused: (error) => error instanceof UnetError && error.code === 'LOSS_NOT_FINITE',
    stalenessBound: job.stalenessBound,
  });
  if (!upwards) {
    await strategy.follow();
    return;
  }
  const times = timeSteps(strategy.lead, (ms) => {
    communicator.patienceMs = job.patienceMs ?? Math.max(PATIENCE.leastMs, PATIENCE.steps * ms);
  });
  const { takeStep } = times;
  const { best, ...end } = await lead({
    folder,
    job,
    upwards,
    unet,
    prepared,
    batches,
    signal: stop.signal,
    takeStep,
    lastBatch: strategy.lastBatch,
  });
  const report = await strategy.finish();
  await saveCheckpointFolder(folder, {
    ...{ labels: [...options.labels], recipe: options.recipe, seed: options.seed, step: end.steps },
    ...{ seconds: end.seconds, smoothedLoss: end.finalLoss, state: await unet.exportState(), best },
  });
  const imagesPerSecond = times.perSecond(count);
  await upwards.post({ kind: 'done', end, report, imagesPerSecond });
}

function lead(parts: {
  folder: string;
  job: Job;
  upwards: Upwards;
  unet: Unet;
  prepared: PreparedRun;
  batches: Batches;
  signal: AbortSignal;
  takeStep: (step: number, learningRate: number) => Promise<number>;
  lastBatch: (() => number) | undefined;
}) {
  const { folder, job, upwards, unet, prepared, batches, signal, takeStep, lastBatch } = parts;
  const { options } = job;
  // A budget in seconds is that of a person who waits: starting is part of it.
  const startMs = options.recipe.budgetSeconds === null ? 0 : Date.now() - job.startedAt;
  const spentMs = startMs + 1000 * (options.resumeFrom?.seconds ?? 0);
  return runSteps(
    {
      ...options,
      signal,
      onProgress: (progress) => void upwards.post({ kind: 'progress', progress }),
      onEpoch: (end) => upwards.post({ kind: 'epoch', end }),
      onRefused: (sentence) => void upwards.post({ kind: 'refused', sentence }),
      async onCheckpoint(checkpoint) {
        await saveCheckpointFolder(folder, checkpoint);
        await upwards.post({ kind: 'checkpoint' });
      },
    },
    {
      unet,
      preset: prepared.preset,
      batches,
      takeStep,
      lastBatch,
      now: () => performance.now(),
      startedAt: performance.now() - spentMs,
    },
  );
}
