/** What rank 0 tells whoever started the run, what it hears, and how an error crosses from process to process. */
import { EngineError } from '@cotrace/engine';
import { MirrorError, type StrategyReport } from '@cotrace/mirror';
import { UnetError } from '@cotrace/unet';
import type { EpochEnd } from '../bestWeights.ts';
import { TrainingError } from '../errors.ts';
import type { RunEnd } from '../run.ts';
import type { TrainProgress } from '../trainOptions.ts';

export type FromRank =
  | { kind: 'progress'; progress: TrainProgress }
  /** A new one lies in the job's folder. */
  | { kind: 'checkpoint' }
  | { kind: 'epoch'; end: EpochEnd }
  /** A step was refused; the sentence on it. */
  | { kind: 'refused'; sentence: string }
  /** The steps are done; the last checkpoint holds the weights. */
  | { kind: 'done'; end: Omit<RunEnd, 'best'>; report: StrategyReport; imagesPerSecond: number | null }
  | { kind: 'failed'; error: PassedError };

export type ToRank = { kind: 'cancel' };

export interface PassedError {
  /** Name of the error's class and its code; null: no named error. */
  name: string | null;
  code: string | null;
  message: string;
}

/** How a rank without a channel says why it ends: a line that begins so, then JSON. */
export const FAILURE_LINE = 'COTRACE_RANK_FAILED ';

const KINDS = [EngineError, MirrorError, UnetError, TrainingError];

export function passError(error: unknown): PassedError {
  if (!KINDS.some((kind) => error instanceof kind)) {
    return { name: null, code: null, message: (error as Error).stack ?? String(error) };
  }
  const { name, code, message } = error as InstanceType<(typeof KINDS)[number]>;
  return { name, code, message };
}

/** The named error that it was, with its own sentence; else a plain one. */
export function receiveError({ name, code, message }: PassedError): Error {
  const error = new Error(message);
  const kind = KINDS.find((candidate) => candidate.name === name);
  if (!kind) return error;
  Object.setPrototypeOf(error, kind.prototype);
  return Object.assign(error, { name, code });
}
