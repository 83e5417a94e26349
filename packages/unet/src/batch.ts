/** Checks a batch at the border and brings it into the form that the loss takes. Knows no engine. */
import { outputChannels, sizeStep, type UnetConfig } from './config.ts';
import { unetError } from './errors.ts';
import { dropoutShapes, sizeOf } from './network.ts';
import { fillDropoutFactors, mixSeed } from './seededRandom.ts';
import type { TrainBatch } from './unet.ts';

export interface PreparedBatch {
  /** Target of every output channel: class 1 for two classes, one-hot for more, [n, h, w, c]. */
  targets: Float32Array;
  /** [n, h, w, 1]; for the mean divided by their sum, so that the loss is a plain sum either way. */
  weights: Float32Array;
  /** Sum of the weights as they came; 0: nothing is painted here, there is nothing to learn. */
  total: number;
}

/** @throws UnetError BATCH_SHAPE */
export function checkShape(
  config: UnetConfig,
  images: Float32Array,
  { n, height, width }: { n: number; height: number; width: number },
): void {
  const step = sizeStep(config);
  for (const [what, side] of [
    ['height', height],
    ['width', width],
  ] as const) {
    if (!Number.isInteger(side) || side <= 0 || side % step !== 0) {
      throw unetError('BATCH_SHAPE', {
        what: `a ${what}`,
        expected: `a multiple of ${step}`,
        came: `${side}`,
      });
    }
  }
  checkLength('images', images.length, n * height * width);
}

function checkLength(what: string, came: number, expected: number): void {
  if (came !== expected) {
    throw unetError('BATCH_SHAPE', { what, expected: `${expected} values`, came: `${came}` });
  }
}

/**
 * `loss`: whether the loss is to be the mean over all weight or the sum.
 * @throws UnetError BATCH_SHAPE, CLASS_UNKNOWN
 */
export function prepareBatch(config: UnetConfig, batch: TrainBatch, loss: 'mean' | 'sum'): PreparedBatch {
  checkShape(config, batch.images, batch);
  const pixels = batch.n * batch.height * batch.width;
  checkLength('targets', batch.targets.length, pixels);
  checkLength('weights', batch.weights.length, pixels);

  let total = 0;
  for (let i = 0; i < pixels; i++) total += batch.weights[i]!;
  const share = loss === 'mean' ? total : 1;
  const channels = outputChannels(config);
  const targets = new Float32Array(pixels * channels);
  const weights = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const weight = batch.weights[i]!;
    if (weight === 0) continue;
    const target = batch.targets[i]!;
    if (target >= config.classes) {
      throw unetError('CLASS_UNKNOWN', { came: target, classes: config.classes });
    }
    weights[i] = weight / share;
    if (channels === 1) targets[i] = target;
    else targets[i * channels + target] = 1;
  }
  return { targets, weights, total };
}

/** The dropout factors of one step by place: the same on every engine, and for an image in whatever batch it comes. */
export function dropoutFactorsOf(
  config: UnetConfig,
  seed: number,
  taken: number,
  { n, height, width, firstImage = 0, step = taken }: Omit<TrainBatch, 'images' | 'targets' | 'weights'>,
): { shape: number[]; factors: Float32Array }[] {
  return dropoutShapes(config, n, height, width).map((shape, place) => {
    const factors = new Float32Array(sizeOf(shape));
    const count = factors.length / n;
    for (let image = 0; image < n; image++) {
      const imageSeed = mixSeed(seed, step, place, firstImage + image);
      const part = factors.subarray(image * count, (image + 1) * count);
      fillDropoutFactors(part, config.dropout, imageSeed);
    }
    return { shape, factors };
  });
}

/** @throws UnetError VECTOR_LENGTH */
export function checkVector(what: string, came: number, expected: number): void {
  if (came !== expected) throw unetError('VECTOR_LENGTH', { what, expected, came });
}
