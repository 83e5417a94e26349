import type { Engine } from '@cotrace/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import type { UnetConfig } from './config.ts';
import { createEagerUnet } from './eagerUnet.ts';
import { uniformFrom } from './seededRandom.ts';
import { plainEngine, stripes, TINY } from './testing/batches.ts';
import type { Gradients, UnetImplementation } from './unet.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await plainEngine();
});

const configs: [string, UnetConfig][] = [
  ['default', TINY],
  ['default, standardised weights', { ...TINY, normalization: 'weights' }],
  ['default, three classes', { ...TINY, classes: 3 }],
  ['default, group normalisation', { ...TINY, base: 8, depth: 1, normalization: 'group' }],
  ['course with dropout', { ...TINY, preset: 'course', dropout: 0.5 }],
];

async function nudge(unet: UnetImplementation, name: string, at: number, by: number) {
  const state = await unet.exportState();
  state.parameters.find((parameter) => parameter.name === name)!.values[at]! += by;
  unet.importState(state, 'all');
}

describe.each(configs)('%s', (_, config) => {
  it('has the gradients that finite differences give', async () => {
    const unet = createEagerUnet(engine, config, { seed: 3 });
    const batch = stripes(config, 1, 2 ** config.depth * 2, 1);
    // At the start all biases are 0, and so is what comes out of dropped-out places: right on the ReLU's kink.
    const moved = await unet.exportState();
    const uniform = uniformFrom(9);
    for (const { values } of moved.parameters)
      values.set(values.map((value) => value + 0.4 * (uniform() - 0.5)));
    unet.importState(moved, 'all');
    const { gradients } = await unet.gradients(batch);
    const lossNudged = async (name: string, at: number, by: number) => {
      await nudge(unet, name, at, by);
      const { loss }: Gradients = await unet.gradients(batch);
      await nudge(unet, name, at, -by);
      return loss;
    };
    for (const [name, gradient] of gradients) {
      const at = gradient.reduce(
        (best, value, index) => (Math.abs(value) > Math.abs(gradient[best]!) ? index : best),
        0,
      );
      // Float32 spoils the slope of a short way, a ReLU's kink that of a long one; a wrong gradient fails on all.
      const allowed = 0.02 * Math.abs(gradient[at]!) + 5e-4;
      let miss = Number.POSITIVE_INFINITY;
      for (const by of [1e-3, 3e-3, 3e-4]) {
        const slope = ((await lossNudged(name, at, by)) - (await lossNudged(name, at, -by))) / (2 * by);
        miss = Math.min(miss, Math.abs(slope - gradient[at]!));
        if (miss < allowed) break;
      }
      expect(miss, name).toBeLessThan(allowed);
    }
    unet.dispose();
  });

  it('is decided by its seed', async () => {
    const losses = async (seed: number) => {
      const unet = createEagerUnet(engine, config, { seed });
      const batch = stripes(config, 1, 8, 5);
      const found = [await unet.trainStep(batch, 0.01), await unet.trainStep(batch, 0.01)];
      unet.dispose();
      return found;
    };
    const first = await losses(7);
    expect(await losses(7)).toEqual(first);
    expect(await losses(8)).not.toEqual(first);
  });

  it('gives the same logits and goes on alike after its state went round', async () => {
    const one = createEagerUnet(engine, config, { seed: 1 });
    const other = createEagerUnet(engine, config, { seed: 1 });
    const batch = stripes(config, 1, 8, 5);
    await one.trainStep(batch, 0.01);
    other.importState(await one.exportState(), 'all');
    expect(await other.predictLogits(batch.images, batch)).toEqual(
      await one.predictLogits(batch.images, batch),
    );
    expect(await other.trainStep(batch, 0.01)).toBe(await one.trainStep(batch, 0.01));
    expect(await other.exportState()).toEqual(await one.exportState());
    one.dispose();
    other.dispose();
  });
});

it('answers one channel for two classes and one a class for more', async () => {
  for (const [classes, channels] of [
    [2, 1],
    [3, 3],
  ] as const) {
    const unet = createEagerUnet(engine, { ...TINY, classes }, { seed: 1 });
    const logits = await unet.predictLogits(new Float32Array(8 * 12), { n: 1, height: 8, width: 12 });
    expect(logits.length).toBe(8 * 12 * channels);
    unet.dispose();
  }
});

it('learns nothing from unpainted pixels, whatever their class', async () => {
  const unet = createEagerUnet(engine, TINY, { seed: 1 });
  const batch = stripes(TINY, 1, 8, 5);
  const before = await unet.gradients(batch);
  batch.targets = batch.targets.map((target, at) => (batch.weights[at] === 0 ? 200 : target));
  expect(await unet.gradients(batch)).toEqual(before);
  const state = await unet.exportState();
  expect(await unet.trainStep({ ...batch, weights: new Float32Array(64) }, 0.1)).toBe(0);
  expect(await unet.exportState()).toEqual(state);
  unet.dispose();
});

it('weighs pixels relative to each other, so that twice all weights is the same loss', async () => {
  const unet = createEagerUnet(engine, TINY, { seed: 1 });
  const batch = stripes(TINY, 1, 8, 5);
  const { loss } = await unet.gradients(batch);
  const twice = await unet.gradients({ ...batch, weights: batch.weights.map((weight) => 2 * weight) });
  expect(twice.loss).toBeCloseTo(loss, 5);
  unet.dispose();
});

it('[LOSS_NOT_FINITE] refuses a step that would spoil the weights', async () => {
  const unet = createEagerUnet(engine, TINY, { seed: 1 });
  const batch = stripes(TINY, 1, 8, 5);
  await unet.trainStep(batch, 0.01);
  const before = await unet.exportState();
  const images = batch.images.slice();
  images[5] = Number.NaN;
  await expect(unet.trainStep({ ...batch, images }, 0.01)).rejects.toThrow(/LOSS_NOT_FINITE.*step 2/);
  expect(await unet.exportState()).toEqual(before);
  unet.dispose();
});

it('[BATCH_SHAPE] [CLASS_UNKNOWN] [DISPOSED] [PRECISION_UNAVAILABLE] says what does not fit', async () => {
  const unet = createEagerUnet(engine, TINY, { seed: 1 });
  const batch = stripes(TINY, 1, 8, 5);
  await expect(unet.trainStep({ ...batch, height: 6 }, 0.01)).rejects.toThrow(
    /BATCH_SHAPE.*multiple of 4.*6/,
  );
  await expect(unet.trainStep({ ...batch, n: 2 }, 0.01)).rejects.toThrow(/BATCH_SHAPE.*128 values/);
  const targets = batch.targets.map(() => 2);
  await expect(unet.trainStep({ ...batch, targets }, 0.01)).rejects.toThrow(/CLASS_UNKNOWN.*below 2.*but 2/);
  unet.dispose();
  await expect(unet.trainStep(batch, 0.01)).rejects.toThrow(/DISPOSED/);
  expect(() => createEagerUnet(engine, TINY, { seed: 1, precision: 'bfloat16' })).toThrow(
    /PRECISION_UNAVAILABLE/,
  );
});

it('keeps no tensor of a step, a failed step, a prediction or an import', async () => {
  const { tf } = engine;
  const before = tf.memory().numTensors;
  const unet = createEagerUnet(engine, { ...TINY, dropout: 0.5 }, { seed: 1 });
  const batch = stripes(TINY, 1, 8, 5);
  await unet.trainStep(batch, 0.01);
  const held = tf.memory().numTensors;
  await unet.trainStep(batch, 0.01);
  await unet.predictLogits(batch.images, batch);
  await unet.gradients(batch);
  unet.importState(await unet.exportState(), 'all');
  await expect(unet.trainStep({ ...batch, images: batch.images.map(() => Number.NaN) }, 1)).rejects.toThrow();
  expect(tf.memory().numTensors).toBe(held);
  unet.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
