/** A run that can be taken up again: weights with the optimiser's moments, the best weights so far, and where it stands. */
import { decodeState, encodeState, type UnetState } from '@cotrace/unet';
import type { BestWeights, EpochSum } from './bestWeights.ts';
import { TrainingError } from './errors.ts';
import { checkFormat, MODEL_FORMAT, plainBytes } from './model.ts';
import type { Recipe } from './recipe.ts';
import type { LabelClass } from './section.ts';

export interface Checkpoint {
  labels: LabelClass[];
  recipe: Recipe;
  seed: number;
  /** Steps done. */
  step: number;
  /** Training time spent, seconds. */
  seconds: number;
  smoothedLoss: number | null;
  state: UnetState;
  best: BestWeights | null;
  /** Of the epoch that was under way; null where the recipe has none. */
  epochSum?: EpochSum | null;
}

const MAGIC = 0x4352_5443; // "CTRC", little endian
const HEADER_BYTES = 20;

/** magic, format, then the bytes of JSON, state and best (u32 little endian), then those three. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { state, best, ...rest } = checkpoint;
  const text = new TextEncoder().encode(JSON.stringify({ ...rest, bestMeasure: best?.measure ?? null }));
  const parts = [text, encodeState(state), best === null ? new Uint8Array(0) : encodeState(best.state)];
  const bytes = new Uint8Array(HEADER_BYTES + parts.reduce((sum, part) => sum + part.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, MODEL_FORMAT, true);
  let offset = HEADER_BYTES;
  parts.forEach((part, i) => {
    view.setUint32(8 + 4 * i, part.length, true);
    bytes.set(part, offset);
    offset += part.length;
  });
  return bytes;
}

/** Throws MODEL_CORRUPT, MODEL_VERSION. */
export function decodeCheckpoint(file: Uint8Array): Checkpoint {
  const bytes = plainBytes(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new TrainingError('MODEL_CORRUPT', 'bytes of something else than a checkpoint');
  }
  checkFormat(view.getUint32(4, true));
  let offset = HEADER_BYTES;
  const [text, state, best] = [8, 12, 16].map((at) => {
    const length = view.getUint32(at, true);
    const part = bytes.subarray(offset, offset + length);
    offset += length;
    return part;
  });
  if (offset !== bytes.length) throw new TrainingError('MODEL_CORRUPT', `${bytes.length} of ${offset} bytes`);
  const { bestMeasure, ...rest } = JSON.parse(new TextDecoder().decode(text)) as Omit<
    Checkpoint,
    'state' | 'best'
  > & { bestMeasure: number | null };
  return {
    ...rest,
    state: decodeState(state!),
    best: bestMeasure === null ? null : { measure: bestMeasure, state: decodeState(best!) },
  };
}

/** Throws CHECKPOINT_MISMATCH, naming what differs. */
export function checkResumable(
  checkpoint: Checkpoint,
  run: { labels: readonly LabelClass[]; recipe: Recipe; seed: number },
): void {
  const shape = ({ preset, base, depth, tile, batch, stepsPerEpoch }: Recipe) => ({
    preset,
    base,
    depth,
    tile,
    batch,
    stepsPerEpoch,
  });
  const table = (labels: readonly LabelClass[]) => labels.map(({ value, gray }) => [value, gray]);
  const pairs = {
    recipe: [shape(checkpoint.recipe), shape(run.recipe)],
    labels: [table(checkpoint.labels), table(run.labels)],
    seed: [checkpoint.seed, run.seed],
  };
  for (const [what, [saved, wanted]] of Object.entries(pairs)) {
    if (JSON.stringify(saved) !== JSON.stringify(wanted)) {
      throw new TrainingError(
        'CHECKPOINT_MISMATCH',
        `${what} ${JSON.stringify(wanted)}, the checkpoint has ${JSON.stringify(saved)}`,
      );
    }
  }
}
