import type { Engine } from '@cotrace/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import type { UnetConfig } from './config.ts';
import { createEagerUnet } from './eagerUnet.ts';
import { createGraphUnet } from './graphUnet.ts';
import { uniformFrom } from './seededRandom.ts';
import { stripes, TINY } from './testing/batches.ts';
import { nativeEngine } from './testing/nativeEngine.ts';
import type { Gradients } from './unet.ts';

const configs: [string, UnetConfig][] = [
  ['default', TINY],
  ['default, standardised weights', { ...TINY, normalization: 'weights' }],
  ['default, three classes', { ...TINY, classes: 3 }],
  ['default with dropout', { ...TINY, base: 4, dropout: 0.25 }],
  ['course with dropout', { ...TINY, preset: 'course', dropout: 0.5 }],
];

let native: Engine | null;
beforeAll(async () => {
  native = await nativeEngine();
});

describe.each(configs)('the graph of %s', (_, config) => {
  it('has the loss, gradients, steps and logits of the eager network, whatever the tile', async ({
    skip,
  }) => {
    if (!native) return skip();
    const eager = createEagerUnet(native, config, { seed: 3 });
    const graph = createGraphUnet(native, config, { seed: 3, precision: 'float32' });
    for (const [n, side] of [
      [2, 16],
      [1, 32],
      [3, 8],
    ] as const) {
      const batch = stripes(config, n, side, n);
      const [expected, found] = [await eager.gradients(batch), await graph.gradients(batch)];
      expect(found.loss).toBeCloseTo(expected.loss, 5);
      for (const [name, gradient] of expected.gradients) {
        const other = found.gradients.get(name)!;
        const apart = gradient.map((value, at) => Math.abs(value - other[at]!));
        expect(Math.max(...apart), name).toBeLessThan(1e-5);
      }
      expect(await graph.trainStep(batch, 0.003)).toBeCloseTo(await eager.trainStep(batch, 0.003), 4);
      const [a, b] = [await eager.exportState(), await graph.exportState()];
      expect(b.step).toBe(a.step);
      for (const [index, parameter] of a.parameters.entries()) {
        for (const part of ['values', 'mean', 'variance'] as const) {
          const other = b.parameters[index]![part];
          const apart = parameter[part].map((value, at) => Math.abs(value - other[at]!));
          expect(Math.max(...apart), `${parameter.name} ${part}`).toBeLessThan(1e-3);
        }
      }
      // From the same weights again, for Adam turns rounding into whole steps where gradients are nearly 0.
      graph.importState(a, 'all');
      const logits = await eager.predictLogits(batch.images, batch);
      const others = await graph.predictLogits(batch.images, batch);
      expect(Math.max(...logits.map((logit, at) => Math.abs(logit - others[at]!)))).toBeLessThan(1e-4);
    }
    eager.dispose();
    graph.dispose();
  });

  it('has the slope that finite differences give', async ({ skip }) => {
    if (!native) return skip();
    const unet = createGraphUnet(native, config, { seed: 5, precision: 'float32' });
    const batch = stripes(config, 1, 8, 1);
    const state = await unet.exportState();
    const uniform = uniformFrom(9);
    for (const { values } of state.parameters)
      values.set(values.map((value) => value + 0.4 * (uniform() - 0.5)));
    unet.importState(state, 'all');
    const { gradients } = await unet.gradients(batch);
    // Along the gradient itself the slope is its length squared: one number that every entry has a share in.
    const squares = [...gradients.values()]
      .flatMap((gradient) => [...gradient])
      .reduce((sum, g) => sum + g * g, 0);
    const misses: number[] = [];
    const lossAt = async (by: number) => {
      const parameters = state.parameters.map((parameter) => {
        const gradient = gradients.get(parameter.name)!;
        return { ...parameter, values: parameter.values.map((value, at) => value + by * gradient[at]!) };
      });
      unet.importState({ ...state, parameters }, 'all');
      return (await unet.gradients(batch)).loss;
    };
    const here = await lossAt(0);
    // A ReLU's kink may lie on one side: a wrong gradient fails on both and at every distance.
    for (const by of [3e-3, 1e-3, 3e-4, 1e-4, -1e-4, -3e-4, -1e-3, -3e-3]) {
      misses.push(Math.abs(((await lossAt(by)) - here) / by - squares));
    }
    expect(Math.min(...misses)).toBeLessThan(0.02 * squares);
    unet.dispose();
  });
});

it('computes in bfloat16 nearly as in float32, and predicts in float32', async ({ skip }) => {
  if (!native) return skip();
  const config = { ...TINY, base: 8 };
  const exact = createGraphUnet(native, config, { seed: 3, precision: 'float32' });
  const narrow = createGraphUnet(native, config, { seed: 3, precision: 'bfloat16' });
  const batch = stripes(config, 2, 32, 1);
  const [expected, found] = [await exact.gradients(batch), await narrow.gradients(batch)];
  expect(found.loss).not.toBe(expected.loss);
  expect(Math.abs(found.loss - expected.loss)).toBeLessThan(0.01);
  const all = ({ gradients }: Gradients) => [...gradients.values()].flatMap((gradient) => [...gradient]);
  const others = all(found);
  const apart = Math.hypot(...all(expected).map((value, at) => value - others[at]!));
  // Eight bits of fraction: half a percent a value, and it adds up over a dozen layers.
  expect(apart / Math.hypot(...others)).toBeLessThan(0.06);
  expect(await narrow.predictLogits(batch.images, batch)).toEqual(
    await exact.predictLogits(batch.images, batch),
  );
  exact.dispose();
  narrow.dispose();
});

it('is decided by its seed, and goes on from a state as if nothing had happened', async ({ skip }) => {
  if (!native) return skip();
  const batch = stripes(TINY, 1, 16, 2);
  const one = createGraphUnet(native, TINY, { seed: 7 });
  const two = createGraphUnet(native, TINY, { seed: 7 });
  const start = await one.exportState();
  expect(await two.exportState()).toEqual(start);
  await one.trainStep(batch, 0.01);
  two.importState(await one.exportState(), 'all');
  expect(await two.trainStep(batch, 0.01)).toBeCloseTo(await one.trainStep(batch, 0.01), 6);
  two.importState(await one.exportState(), 'weights');
  const fresh = await two.exportState();
  expect(fresh.step).toBe(0);
  expect(fresh.parameters.every(({ mean }) => mean.every((value) => value === 0))).toBe(true);
  one.dispose();
  two.dispose();
});

it('[LOSS_NOT_FINITE] leaves weights and moments to the last bit', async ({ skip }) => {
  if (!native) return skip();
  const unet = createGraphUnet(native, TINY, { seed: 1 });
  const batch = stripes(TINY, 1, 8, 5);
  await unet.trainStep(batch, 0.01);
  const before = await unet.exportState();
  const images = batch.images.map(() => Number.POSITIVE_INFINITY);
  await expect(unet.trainStep({ ...batch, images }, 0.01)).rejects.toThrow(/LOSS_NOT_FINITE.*step 2/);
  expect(await unet.exportState()).toEqual(before);
  const painted = { ...batch, weights: batch.weights.map(() => 0) };
  expect(await unet.trainStep(painted, 0.01)).toBe(0);
  expect(await unet.exportState()).toEqual(before);
  unet.dispose();
  await expect(unet.trainStep(batch, 0.01)).rejects.toThrow(/DISPOSED/);
});

it('keeps no tensor of a step, a failed step, a prediction or an import', async ({ skip }) => {
  if (!native) return skip();
  const { tf } = native;
  const before = tf.memory().numTensors;
  const unet = createGraphUnet(native, { ...TINY, dropout: 0.5 }, { seed: 1 });
  const batch = stripes(TINY, 1, 8, 5);
  await unet.trainStep(batch, 0.01);
  await unet.predictLogits(batch.images, batch);
  await unet.gradients(batch);
  unet.importState(await unet.exportState(), 'all');
  const images = batch.images.map(() => Number.POSITIVE_INFINITY);
  await expect(unet.trainStep({ ...batch, images }, 1)).rejects.toThrow(/LOSS_NOT_FINITE/);
  unet.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
