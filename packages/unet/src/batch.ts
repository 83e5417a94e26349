/** Checks a batch at the border and brings it into the form that the loss takes. Knows no engine. */
import { outputChannels, sizeStep, type UnetConfig } from './config.ts';
import { unetError } from './errors.ts';
import { dropoutShapes, sizeOf } from './network.ts';
import { dropoutFactors, mixSeed } from './seededRandom.ts';
import type { TrainBatch } from './unet.ts';

export interface PreparedBatch {
  /** Target of every output channel: class 1 for two classes, one-hot for more, [n, h, w, c]. */
  targets: Float32Array;
  /** Weights divided by their sum, [n, h, w, 1]: the loss is a plain sum. */
  weights: Float32Array;
  /** False: nothing is painted here, there is nothing to learn. */
  painted: boolean;
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

/** @throws UnetError BATCH_SHAPE, CLASS_UNKNOWN */
export function prepareBatch(config: UnetConfig, batch: TrainBatch): PreparedBatch {
  checkShape(config, batch.images, batch);
  const pixels = batch.n * batch.height * batch.width;
  checkLength('targets', batch.targets.length, pixels);
  checkLength('weights', batch.weights.length, pixels);

  let sum = 0;
  for (let i = 0; i < pixels; i++) sum += batch.weights[i]!;
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
    weights[i] = weight / sum;
    if (channels === 1) targets[i] = target;
    else targets[i * channels + target] = 1;
  }
  return { targets, weights, painted: sum !== 0 };
}

/** The dropout factors of one step by place: the same on every engine. */
export function dropoutFactorsOf(
  config: UnetConfig,
  seed: number,
  step: number,
  { n, height, width }: { n: number; height: number; width: number },
): { shape: number[]; factors: Float32Array }[] {
  return dropoutShapes(config, n, height, width).map((shape, place) => ({
    shape,
    factors: dropoutFactors(sizeOf(shape), config.dropout, mixSeed(seed, step, place)),
  }));
}
