/** The last checkpoint of a run in a folder of this machine: a trainer that is started anew goes on from there. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Checkpoint,
  loadCheckpointFolder,
  saveCheckpointFolder,
  TrainingError,
} from '@cotrace/training';

export interface Checkpoints {
  load(jobId: string): Promise<Checkpoint | undefined>;
  save(jobId: string, checkpoint: Checkpoint): Promise<void>;
  /** Of every run: a trainer works on one at a time. */
  clear(): Promise<void>;
}

/** Missing, of another version or broken: the run begins at its beginning. */
const NOT_USABLE = ['CHECKPOINT_NOT_FOUND', 'MODEL_VERSION', 'MODEL_CORRUPT'];

export function createCheckpoints(folder: string): Checkpoints {
  return {
    load: (jobId) =>
      loadCheckpointFolder(join(folder, jobId)).catch((error: unknown) => {
        if (error instanceof TrainingError && NOT_USABLE.includes(error.code)) return undefined;
        throw error;
      }),
    save: (jobId, checkpoint) => saveCheckpointFolder(join(folder, jobId), checkpoint),
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}
