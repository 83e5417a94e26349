/**
 * The arrays of a Keras weight file (HDF5), layer by layer in the order of the model. Two layouts are read:
 *
 *   legacy   [model_weights/] attribute layer_names → <layer>/ attribute weight_names → one array a name
 *   Keras 3  layers/ or _layer_checkpoint_dependencies/ → <class>[_n]/vars/0, 1 …
 *
 * Knows no architecture.
 */
/// <reference path="./jsfive.d.ts" />
import { Dataset, File, Group } from 'jsfive';
import { TrainingError } from '../errors.ts';

export interface KerasArray {
  shape: number[];
  values: Float32Array;
}

/** A layer that has weights. */
export interface KerasLayer {
  name: string;
  arrays: KerasArray[];
}

const KERAS_3_ROOTS = ['layers', '_layer_checkpoint_dependencies'];

export interface KerasFile {
  /** In the order of the model. */
  layers: KerasLayer[];
  /** Side of the square images that the model was built for, pixels; null where the file holds weights alone. */
  inputSide: number | null;
}

/** Throws KERAS_FILE for bytes that are no HDF5 file or hold no weights in either layout. */
export function readKerasFile(bytes: Uint8Array, name: string): KerasFile {
  const file = openFile(bytes, name);
  try {
    const legacy = [childOf(file, 'model_weights'), file].find(
      (group) => group?.attrs.layer_names !== undefined,
    );
    const layers = legacy ? readLegacy(legacy) : readKeras3(file);
    const withWeights = layers.filter(({ arrays }) => arrays.length > 0);
    if (withWeights.length > 0) return { layers: withWeights, inputSide: inputSideOf(file) };
  } catch (cause) {
    // What jsfive throws for a damaged file is whatever it tripped over, at times a mere text.
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new TrainingError('KERAS_FILE', `${name}: ${found}`, cause);
  }
  throw new TrainingError('KERAS_FILE', `an HDF5 file without weights, ${name}`);
}

function openFile(bytes: Uint8Array, name: string): File {
  try {
    return new File(Uint8Array.from(bytes).buffer, name);
  } catch (cause) {
    throw new TrainingError('KERAS_FILE', `bytes that are no HDF5 file, ${name}`, cause);
  }
}

/** From the description that `model.save` writes: Keras 3 says batch_shape, Keras 2 batch_input_shape. */
function inputSideOf(file: File): number | null {
  const text = file.attrs.model_config;
  if (typeof text !== 'string') return null;
  const found = /"batch(?:_input)?_shape": \[null, (\d+), (\d+), 1\]/.exec(text);
  return found && found[1] === found[2] ? Number(found[1]) : null;
}

function readLegacy(root: Group): KerasLayer[] {
  return namesOf(root, 'layer_names').map((name) => {
    const layer = groupAt(root, name);
    return { name, arrays: namesOf(layer, 'weight_names').map((weight) => arrayAt(layer, weight)) };
  });
}

function readKeras3(file: File): KerasLayer[] {
  const root = KERAS_3_ROOTS.map((name) => childOf(file, name)).find((group) => group !== undefined);
  if (!root) return [];
  return inOrderOfCreation(root.keys).map((name) => {
    const vars = groupAt(root, `${name}/vars`);
    const numbers = [...vars.keys].sort((a, b) => Number(a) - Number(b));
    return { name, arrays: numbers.map((number) => arrayAt(vars, number)) };
  });
}

/** conv2d, conv2d_1, … conv2d_10: the file sorts them as text. */
function inOrderOfCreation(names: readonly string[]): string[] {
  const numbered = names.map((name) => {
    const match = /^(.*?)(?:_(\d+))?$/.exec(name)!;
    return { name, kind: match[1]!, number: Number(match[2] ?? 0) };
  });
  return numbered
    .sort((a, b) => (a.kind === b.kind ? a.number - b.number : a.kind < b.kind ? -1 : 1))
    .map(({ name }) => name);
}

function namesOf(group: Group, attribute: string): string[] {
  const names = group.attrs[attribute];
  // An empty list of names has the type of numbers in HDF5.
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/** `get` throws where there is nothing of that name. */
function childOf(parent: Group, name: string): Group | undefined {
  const child = parent.keys.includes(name) ? parent.get(name) : undefined;
  return child instanceof Group ? child : undefined;
}

function groupAt(parent: Group, path: string): Group {
  const found = parent.get(path);
  if (found instanceof Group) return found;
  throw new TrainingError('KERAS_FILE', `no group ${path}`);
}

function arrayAt(parent: Group, path: string): KerasArray {
  const found = parent.get(path);
  if (!(found instanceof Dataset)) throw new TrainingError('KERAS_FILE', `no array ${path}`);
  return { shape: [...found.shape], values: Float32Array.from(found.value) };
}
