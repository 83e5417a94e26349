/** Small batches and engines for tests of the network. */
import type { Engine } from '@cotrace/engine';
import * as tf from '@tensorflow/tfjs';
import type { UnetConfig } from '../config.ts';
import { uniformFrom } from '../seededRandom.ts';
import type { TrainBatch } from '../unet.ts';

/** tfjs's own JavaScript kernels: slow, but always there and easy to trust. */
export async function plainEngine(): Promise<Engine> {
  await tf.setBackend('cpu');
  await tf.ready();
  return {
    name: 'wasm',
    tf,
    version: tf.version.tfjs,
    device: 'cpu',
    deviceName: 'JavaScript',
    threads: 1,
    cards: [],
    sentence: 'Plain JavaScript, for tests.',
  };
}

export const TINY: UnetConfig = {
  preset: 'default',
  base: 2,
  depth: 2,
  classes: 2,
  normalization: 'none',
  dropout: 0,
};

/** Bright and dark stripes with noise; the class is the stripe; every third pixel is unpainted. */
export function stripes(config: UnetConfig, n: number, side: number, seed: number): TrainBatch {
  const uniform = uniformFrom(seed);
  const pixels = n * side * side;
  const targets = Uint8Array.from({ length: pixels }, (_, at) => (at >> 2) % config.classes);
  return {
    n,
    height: side,
    width: side,
    targets,
    images: Float32Array.from(targets, (target) => target * 2 - 1 + uniform() - 0.5),
    weights: Float32Array.from({ length: pixels }, (_, at) => (at % 3 === 0 ? 0 : 0.5 + uniform())),
  };
}
