/** What rank 0 tells whoever started the run, what it hears, and how an error crosses from process to process. */
import { ENGINE_ERRORS, EngineError } from '@cotrace/engine';
import { MIRROR_ERRORS, MirrorError, type StrategyReport } from '@cotrace/mirror';
import { UNET_ERRORS, UnetError } from '@cotrace/unet';
import type { EpochEnd } from '../bestWeights.ts';
import { TRAINING_ERRORS, TrainingError } from '../errors.ts';
import type { RunEnd } from '../run.ts';
import type { TrainProgress } from '../trainOptions.ts';

export type FromRank =
  | { kind: 'progress'; progress: TrainProgress }
  /** A new one lies in the job's folder. */
  | { kind: 'checkpoint' }
  | { kind: 'epoch'; end: EpochEnd }
  /** The steps are done; the last checkpoint holds the weights. */
  | { kind: 'done'; end: Omit<RunEnd, 'best'>; report: StrategyReport; imagesPerSecond: number | null }
  | { kind: 'failed'; error: PassedError };

export type ToRank = { kind: 'cancel' };

export interface PassedError {
  code: string | null;
  message: string;
}

/** How a rank without a channel says why it ends: a line that begins so, then JSON. */
export const FAILURE_LINE = 'COTRACE_RANK_FAILED ';

export function passError(error: unknown): PassedError {
  const { code, message, stack } = error as { code?: unknown; message?: string; stack?: string };
  const named = [EngineError, MirrorError, UnetError, TrainingError].some((kind) => error instanceof kind);
  if (named) return { code: String(code), message: message! };
  return { code: null, message: stack ?? String(error) };
}

const KINDS = [
  [ENGINE_ERRORS, EngineError],
  [MIRROR_ERRORS, MirrorError],
  [UNET_ERRORS, UnetError],
  [TRAINING_ERRORS, TrainingError],
] as const;

/** The named error that it was, with its own sentence; else a plain one. */
export function receiveError({ code, message }: PassedError): Error {
  const error = new Error(message);
  const kind = KINDS.find(([table]) => code !== null && Object.hasOwn(table, code));
  if (!kind) return error;
  Object.setPrototypeOf(error, kind[1].prototype);
  return Object.assign(error, { name: kind[1].name, code });
}
