/**
 * Whole sections from a network: standardised, cut into tiles if large, seen from eight sides if wished, averaged.
 * The average is of probabilities, so that sides which disagree leave the pixel uncertain.
 */
import type { Engine } from '@cotrace/engine';
import { createUnet, type Unet } from '@cotrace/unet';
import { resizeLinear, resizeSmoothed } from './course/resize.ts';
import { throwIfCancelled } from './errors.ts';
import type { Model } from './model.ts';
import { type Preset, presetOf } from './presets.ts';
import { applyTemperature, entropy, toProbabilities } from './probability.ts';
import { standardise } from './standardise.ts';
import { bell, cutTile, planTiles, type Tile } from './tiles.ts';
import { addTurnedBack, applyTurn, TURNS } from './turns.ts';

export interface PredictionInput {
  width: number;
  height: number;
  /** [height, width], 0…1. */
  image: Float32Array;
}

export interface Prediction {
  /** Two labels: [height, width], probability of the one with the greater grey; more: [height, width, labels]. */
  probability: Float32Array;
  /** Entropy of that, nats, [height, width]; null unless asked for. */
  uncertainty: Float32Array | null;
}

export interface PredictionOptions {
  /** 8: averaged over all turns and flips; better and eight times slower. */
  turns: 1 | 8;
  uncertainty: boolean;
  signal?: AbortSignal | undefined;
  /** 0…1, after each pass of the network. */
  onProgress?: ((fraction: number) => void) | undefined;
}

export interface Predictor {
  /** Throws CANCELLED. */
  predict(section: PredictionInput, options: PredictionOptions): Promise<Prediction>;
  dispose(): void;
}

/** Holds the model's network until `dispose`. */
export function createPredictor(engine: Engine, model: Model): Predictor {
  const unet = createUnet(engine, model.network, { seed: 0 });
  unet.importState(model.state, 'weights');
  const { input } = presetOf(model.recipe, model.labels.length);
  return {
    async predict(section, options) {
      const channels = channelsOf(unet);
      const mean = await averagedProbability(unet, section, { ...options, input });
      const probability = applyTemperature(mean, channels, model.temperature);
      return { probability, uncertainty: options.uncertainty ? entropy(probability, channels) : null };
    },
    dispose: () => unet.dispose(),
  };
}

export function channelsOf(unet: Unet): number {
  return unet.config.classes === 2 ? 1 : unet.config.classes;
}

/** Bytes that one pixel of one channel of the first level costs while a network predicts, all layers together. */
const BYTES_PER_PIXEL_AND_CHANNEL = 160;
/** Memory that one pass of the network may take. */
const PASS_BYTES = 2e9;

/** Least pixels of mirror image around a section. */
const MIRRORED = 16;

/** The same, as a multiple of 2^depth. */
export function mirroredEdge(multiple: number): number {
  return Math.ceil(MIRRORED / multiple) * multiple;
}

/**
 * Before any temperature: [height, width, channels]. `input` as the model's preset has it, standardised without one.
 * `maxPixels` of a tile, for tests.
 */
export async function averagedProbability(
  unet: Unet,
  section: PredictionInput,
  options: Omit<PredictionOptions, 'uncertainty'> & {
    input?: Preset['input'] | undefined;
    maxPixels?: number;
  },
): Promise<Float32Array> {
  const channels = channelsOf(unet);
  const multiple = 2 ** unet.config.depth;
  const { input = 'standardised' } = options;
  if (typeof input === 'object') {
    // As the notes predict: scaled to the square, to its very border, and the answer scaled back.
    const square = { x: 0, y: 0, width: input.side, height: input.side };
    const { width, height, image } = section;
    const values = await inFrame(
      unet,
      resizeSmoothed({ width, height, values: image }, square),
      square,
      options,
    );
    return resizeLinear({ ...square, values }, section, channels);
  }
  const frame = mirrorFrame(section, multiple);
  const image = cutTile(standardise(section.image), section, frame);
  const framed = await inFrame(unet, image, frame, options);
  const result = new Float32Array(section.width * section.height * channels);
  const rowLength = section.width * channels;
  for (let y = 0; y < section.height; y++) {
    const from = ((y - frame.y) * frame.width - frame.x) * channels;
    result.set(framed.subarray(from, from + rowLength), y * rowLength);
  }
  return result;
}

/** [frame.height, frame.width, channels]. `image` fills the frame. */
async function inFrame(
  unet: Unet,
  image: Float32Array,
  frame: { width: number; height: number },
  options: Omit<PredictionOptions, 'uncertainty'> & { maxPixels?: number },
): Promise<Float32Array> {
  const channels = channelsOf(unet);
  const multiple = 2 ** unet.config.depth;
  const plan = planTiles(frame, {
    multiple,
    margin: unet.receptiveRadius,
    maxPixels: options.maxPixels ?? PASS_BYTES / (BYTES_PER_PIXEL_AND_CHANNEL * unet.config.base),
  });
  const sum = new Float32Array(frame.width * frame.height * channels);
  const shares = new Float32Array(frame.width * frame.height);
  for (const [index, tile] of plan.entries()) {
    const probability = await averagedTile(unet, cutTile(image, frame, tile), tile, {
      ...options,
      onProgress: (fraction) => options.onProgress?.((index + fraction) / plan.length),
    });
    addInner({ sum, shares, width: frame.width, channels }, tile, probability);
  }
  for (let at = 0; at < shares.length; at++) {
    for (let c = 0; c < channels; c++) sum[at * channels + c]! /= shares[at]!;
  }
  return sum;
}

/**
 * The section with some of its mirror image around it, sides multiples of 2^depth: at its borders a network sees zeros
 * and is unsure, and those are not to be the section's.
 */
function mirrorFrame({ width, height }: PredictionInput, multiple: number) {
  const edge = mirroredEdge(multiple);
  const side = (length: number) => Math.ceil((length + 2 * edge) / multiple) * multiple;
  return { x: -edge, y: -edge, width: side(width), height: side(height) };
}

async function averagedTile(
  unet: Unet,
  image: Float32Array,
  { width, height }: Tile,
  options: Omit<PredictionOptions, 'uncertainty'>,
): Promise<Float32Array> {
  const channels = channelsOf(unet);
  const turns = TURNS.slice(0, options.turns);
  const sum = new Float32Array(width * height * channels);
  for (const turn of turns) {
    throwIfCancelled(options.signal);
    const turned = applyTurn({ width, height, values: image }, turn);
    const logits = await unet.predictLogits(turned.values, {
      n: 1,
      height: turned.height,
      width: turned.width,
    });
    addTurnedBack(sum, { width, height, channels }, toProbabilities(logits, channels), turn);
    options.onProgress?.((turns.indexOf(turn) + 1) / turns.length);
    // A pass blocks: leases must be renewed and sockets answered between two of them.
    await new Promise(setImmediate);
  }
  for (let i = 0; i < sum.length; i++) sum[i]! /= turns.length;
  return sum;
}

function addInner(
  into: { sum: Float32Array; shares: Float32Array; width: number; channels: number },
  tile: Tile,
  probability: Float32Array,
): void {
  const { sum, shares, width, channels } = into;
  const { inner } = tile;
  const across = bell(inner.width);
  const down = bell(inner.height);
  for (let y = 0; y < inner.height; y++) {
    for (let x = 0; x < inner.width; x++) {
      const share = across[x]! * down[y]!;
      const to = (inner.y + y) * width + inner.x + x;
      const from = (inner.y - tile.y + y) * tile.width + inner.x - tile.x + x;
      shares[to]! += share;
      for (let c = 0; c < channels; c++) sum[to * channels + c]! += share * probability[from * channels + c]!;
    }
  }
}
