/** One job from its claim to its last map: fetch → train → judge → report → predict. Knows no retry and no lease. */
import type { Engine } from '@cotrace/engine';
import type { ClaimedJob, Progress } from '@cotrace/protocol';
import { decodeModel } from '@cotrace/training';
import type { Checkpoints } from './checkpoints.ts';
import type { Connection } from './connection.ts';
import { predictSections } from './predictSections.ts';
import { trainAndJudge } from './trainAndJudge.ts';

export interface Work {
  job: ClaimedJob;
  engine: Engine;
  /** Undefined: all that the machine has. */
  replicas: number | undefined;
  /** Under the job's lease. */
  server: Connection;
  checkpoints: Checkpoints;
  /** Seconds of the first part of a retrain; replaced where minutes would be too long. */
  shortestStint?: number | undefined;
  signal: AbortSignal;
  report: (progress: Progress) => void;
  say: (line: string) => void;
}

/** @throws TrainingError, EngineError, UnetError, ImageError, RemoteError; whatever the signal was aborted with. */
export async function workOn(work: Work): Promise<void> {
  const { job, server, signal } = work;
  if (job.reported) {
    if (!job.reported.live) return;
    const { modelId, mapped } = job.reported;
    const bytes = await server.call('downloadModel', { params: { modelId } }, signal);
    await predictSections(decodeModel(bytes), new Set(mapped), work);
    return;
  }
  const model = await trainAndJudge(work);
  if (model) await predictSections(model, new Set(), work);
}
