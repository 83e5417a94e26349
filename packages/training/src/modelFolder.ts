/**
 * A model as a folder: `model.json` for people and programs, `weights.bin` to train on, `saved_model.pb` for any TensorFlow
 * (the folder is a SavedModel); and checkpoints likewise.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeState, encodeState } from '@cotrace/unet';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { TrainingError } from './errors.ts';
import { checkFormat, describe, MODEL_FORMAT, type Model, parseDescription, plainBytes } from './model.ts';
import { servingModelBytes } from './savedModel/servingModel.ts';

const DESCRIPTION = 'model.json';
const WEIGHTS = 'weights.bin';
const SAVED_MODEL = 'saved_model.pb';
const CHECKPOINT = 'checkpoint.bin';

/** Writes the description last, so that a folder with a description is complete. */
export async function saveModelFolder(folder: string, model: Model): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceFile(join(folder, WEIGHTS), encodeState(model.state));
  await replaceFile(join(folder, SAVED_MODEL), servingModelBytes(model));
  const text = JSON.stringify({ format: MODEL_FORMAT, ...describe(model) }, null, 2);
  await replaceFile(join(folder, DESCRIPTION), `${text}\n`);
}

/** Throws MODEL_NOT_FOUND, MODEL_VERSION, MODEL_CORRUPT; unet's errors for the weights. */
export async function loadModelFolder(folder: string): Promise<Model> {
  const text = await readOr(join(folder, DESCRIPTION), 'MODEL_NOT_FOUND');
  const weights = await readOr(join(folder, WEIGHTS), 'MODEL_NOT_FOUND');
  checkFormat(formatOf(text.toString('utf8')));
  return { ...parseDescription(text.toString('utf8')), state: decodeState(plainBytes(weights)) };
}

/** Written beside the model while it is trained, so that a run can be resumed. */
export async function saveCheckpointFolder(folder: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceFile(join(folder, CHECKPOINT), encodeCheckpoint(checkpoint));
}

/** Throws CHECKPOINT_NOT_FOUND, MODEL_VERSION, MODEL_CORRUPT. */
export async function loadCheckpointFolder(folder: string): Promise<Checkpoint> {
  return decodeCheckpoint(await readOr(join(folder, CHECKPOINT), 'CHECKPOINT_NOT_FOUND'));
}

function formatOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { format?: unknown }).format;
  } catch (cause) {
    throw new TrainingError('MODEL_CORRUPT', `${DESCRIPTION}: ${(cause as Error).message}`, cause);
  }
}

async function readOr(path: string, code: 'MODEL_NOT_FOUND' | 'CHECKPOINT_NOT_FOUND'): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TrainingError(code, `${path}: ${(cause as Error).message}`, cause);
  }
}

/** A reader sees the old file or the new one, never half of one. */
async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, content);
  await rename(partial, path);
}
