/** The names in a folder. Opens none of them. */
import { readdir } from 'node:fs/promises';
import { TrainingError } from './errors.ts';

/** Throws FOLDER_NOT_FOUND. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new TrainingError('FOLDER_NOT_FOUND', `${folder}: ${(cause as Error).message}`, cause);
  }
}
