/** A trained model as one blob: its description as JSON, then its weights. Version checks before anything else. */
import { decodeState, encodeState, type UnetConfig, type UnetState } from '@cotrace/unet';
import { TrainingError } from './errors.ts';
import type { Recipe } from './recipe.ts';
import { classesOf, type LabelClass } from './section.ts';

/** Raised whenever an older program would read a newer model wrongly. */
export const MODEL_FORMAT = 1;

/** Everything about a model but its weights: what `model.json` shows. */
export interface ModelDescription {
  labels: LabelClass[];
  recipe: Recipe;
  network: UnetConfig;
  /** Logits are divided by it before they become probabilities. */
  temperature: number;
  training: {
    seed: number;
    steps: number;
    seconds: number;
    finalLoss: number | null;
    labelledPixels: number;
    /** The engine's sentence. */
    engine: string;
  };
}

export interface Model extends ModelDescription {
  state: UnetState;
}

const MAGIC = 0x4d52_5443; // "CTRM", little endian
const HEADER_BYTES = 12;

/** magic u32, format u32, JSON bytes u32 (little endian), JSON, weights. */
export function encodeModel(model: Model): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(describe(model)));
  const weights = encodeState(model.state);
  const bytes = new Uint8Array(HEADER_BYTES + text.length + weights.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, MODEL_FORMAT, true);
  view.setUint32(8, text.length, true);
  bytes.set(text, HEADER_BYTES);
  bytes.set(weights, HEADER_BYTES + text.length);
  return bytes;
}

/** Throws MODEL_CORRUPT, MODEL_VERSION; unet's errors for its part of the bytes. */
export function decodeModel(file: Uint8Array): Model {
  const bytes = plainBytes(file);
  if (bytes.length < HEADER_BYTES) throw new TrainingError('MODEL_CORRUPT', `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new TrainingError('MODEL_CORRUPT', 'bytes of something else');
  checkFormat(view.getUint32(4, true));
  const end = HEADER_BYTES + view.getUint32(8, true);
  if (end > bytes.length)
    throw new TrainingError('MODEL_CORRUPT', `${bytes.length} of more than ${end} bytes`);
  const description = parseDescription(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, end)));
  return { ...description, state: decodeState(bytes.subarray(end)) };
}

/** A Node Buffer's `slice` is a view of it; what lies above expects the copy that a Uint8Array makes. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function describe(model: Model): ModelDescription {
  const { labels, recipe, network, temperature, training } = model;
  return { labels, recipe, network, temperature, training };
}

export function checkFormat(format: unknown): void {
  if (format !== MODEL_FORMAT) {
    throw new TrainingError('MODEL_VERSION', `format ${format}, this program reads ${MODEL_FORMAT}`);
  }
}

/** Throws MODEL_CORRUPT. */
export function parseDescription(text: string): ModelDescription {
  try {
    const parsed = JSON.parse(text) as ModelDescription;
    classesOf(parsed.labels);
    if (!(parsed.temperature > 0) || parsed.network === undefined || parsed.recipe === undefined) {
      throw new TrainingError('MODEL_CORRUPT', 'a description without temperature, network or recipe');
    }
    const { labels, recipe, network, temperature, training } = parsed;
    return { labels, recipe, network, temperature, training };
  } catch (cause) {
    throw new TrainingError('MODEL_CORRUPT', (cause as Error).message, cause);
  }
}
