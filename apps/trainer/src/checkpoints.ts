/** The last checkpoint of a run in a folder of this machine: a trainer that is started anew goes on from there. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Checkpoint,
  loadCheckpointFolder,
  saveCheckpointFolder,
  TrainingError,
} from '@cotrace/training';
import { UnetError } from '@cotrace/unet';
import type { Spent } from './stints.ts';

/** Where in its run a checkpoint was written. */
export interface Place {
  /** Number of the stint, from 0. */
  stint: number;
  /** What the stints before it cost. */
  before: Spent;
}

export interface Checkpoints {
  load(jobId: string): Promise<(Place & { checkpoint: Checkpoint }) | undefined>;
  save(jobId: string, place: Place, checkpoint: Checkpoint): Promise<void>;
  /** Of every run: a trainer works on one at a time. */
  clear(): Promise<void>;
}

/** Missing, of another version or broken: the stint before is gone on with, or the run begins at its beginning. */
const NOT_USABLE = ['CHECKPOINT_NOT_FOUND', 'MODEL_VERSION', 'MODEL_CORRUPT'];

/** A folder a stint, with what was spent before it in a file of its own. */
const BEFORE = 'before.json';

export function createCheckpoints(folder: string): Checkpoints {
  const pathOf = (jobId: string, stint: number) => join(folder, jobId, String(stint));
  return {
    async load(jobId) {
      const stints = (await readdir(join(folder, jobId)).catch(ifMissing))
        .map(Number)
        .filter(Number.isInteger)
        .sort((a, b) => b - a);
      for (const stint of stints) {
        const path = pathOf(jobId, stint);
        const checkpoint = await loadCheckpointFolder(path).catch((error: unknown) => {
          const isNamed = error instanceof TrainingError || error instanceof UnetError;
          if (isNamed && NOT_USABLE.includes(error.code)) return undefined;
          throw error;
        });
        if (!checkpoint) continue;
        return { stint, checkpoint, before: JSON.parse(await readFile(join(path, BEFORE), 'utf8')) as Spent };
      }
      return undefined;
    },
    async save(jobId, { stint, before }, checkpoint) {
      const path = pathOf(jobId, stint);
      await mkdir(path, { recursive: true });
      // First: a checkpoint that can be read has it beside it. It never changes.
      await writeFile(join(path, BEFORE), JSON.stringify(before));
      await saveCheckpointFolder(path, checkpoint);
    },
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}

function ifMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
