/** Claims one job after another until it is asked to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@cotrace/engine';
import { PROTOCOL_VERSION } from '@cotrace/protocol';
import type { Checkpoints } from './checkpoints.ts';
import type { Connection } from './connection.ts';
import { runJob } from './runJob.ts';

export interface DaemonParts {
  connection: Connection;
  engine: Engine;
  /** What people are told of engine and replicas. */
  sentence: string;
  replicas: number | undefined;
  trainerId: string;
  name: string;
  checkpoints: Checkpoints;
  shortestStint?: number | undefined;
  stopping: AbortSignal;
  say: (line: string) => void;
}

/** Pause after an answer that came at once and held no job: a server that is about to stop gives such. */
const PAUSE_MS = 1_000;

/** @throws RemoteError TRAINER_VERSION, TOKEN_INVALID: trying again would not help. */
export async function runDaemon(parts: DaemonParts): Promise<void> {
  const { connection, stopping, say } = parts;
  const body = {
    protocolVersion: PROTOCOL_VERSION,
    trainerId: parts.trainerId,
    name: parts.name,
    engine: parts.sentence,
  };
  while (!stopping.aborted) {
    const asked = performance.now();
    try {
      const { job } = await connection.call('claimJob', { body }, stopping);
      if (job) {
        say(`${job.taskName}: ${job.reported ? 'maps to be finished' : 'a run begins'} (job ${job.jobId})`);
        const ending = await runJob(job, parts);
        const seconds = ((performance.now() - asked) / 1000).toFixed(0);
        say(`${job.taskName}: ${ending} after ${seconds} s (job ${job.jobId})`);
      } else if (performance.now() - asked < PAUSE_MS) await sleep(PAUSE_MS, undefined, { signal: stopping });
    } catch (error) {
      if (!stopping.aborted) throw error;
    }
  }
}
