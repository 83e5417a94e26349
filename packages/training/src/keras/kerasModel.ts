/** A Keras weight file as a model of ours, as the course trained it: greys 0…1, whole sections scaled to a square. */
import { readFile } from 'node:fs/promises';
import { TrainingError } from '../errors.ts';
import type { Model } from '../model.ts';
import { COURSE_RECIPE } from '../recipe.ts';
import { type LabelClass, MEMBRANE_LABELS } from '../section.ts';
import { stateOfKeras } from './courseWeights.ts';
import { readKerasFile } from './weightFile.ts';

const KERAS_FILE = /\.(hdf5|h5)$/i;

/** Whether a path names such a file, by its ending. */
export function isKerasFile(path: string): boolean {
  return KERAS_FILE.test(path);
}

/**
 * `labels` in the order of Keras's classes, by ascending grey; without them two classes are the membranes', more get a
 * table of evenly spaced greys. Throws KERAS_FILE, KERAS_ARCHITECTURE; KERAS_LABELS for a table of another length.
 */
export async function loadKerasModel(path: string, labels?: readonly LabelClass[]): Promise<Model> {
  const { layers, inputSide } = readKerasFile(await bytesOf(path), path);
  const state = stateOfKeras(layers, path);
  const { config } = state;
  const table = labels ?? (config.classes === 2 ? MEMBRANE_LABELS : evenGreys(config.classes));
  if (table.length !== config.classes) {
    throw new TrainingError('KERAS_LABELS', `${table.length} labels, ${config.classes} classes in ${path}`);
  }
  return {
    labels: [...table],
    recipe: {
      ...COURSE_RECIPE,
      base: config.base,
      depth: config.depth,
      tile: inputSide ?? COURSE_RECIPE.tile,
    },
    network: config,
    temperature: 1,
    training: { seed: 0, steps: 0, seconds: 0, finalLoss: null, labelledPixels: 0, engine: 'Keras' },
    state,
  };
}

function evenGreys(classes: number): LabelClass[] {
  return Array.from({ length: classes }, (_, index) => ({
    value: index + 1,
    name: `class ${index}`,
    gray: Math.round((255 * index) / (classes - 1)),
  }));
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TrainingError('KERAS_FILE', `${path}: ${(cause as Error).message}`, cause);
  }
}
