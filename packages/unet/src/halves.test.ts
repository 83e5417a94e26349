import { beforeAll, describe, expect, it } from 'vitest';
import type { UnetConfig } from './config.ts';
import { createEagerUnet } from './eagerUnet.ts';
import { createGraphUnet } from './graphUnet.ts';
import { plainEngine, stripes, TINY } from './testing/batches.ts';
import { nativeEngine } from './testing/nativeEngine.ts';
import type { TrainBatch, Unet } from './unet.ts';

const configs: [string, UnetConfig][] = [
  ['default', TINY],
  ['default, standardised weights', { ...TINY, normalization: 'weights' }],
  ['default, three classes', { ...TINY, classes: 3 }],
  ['default with dropout', { ...TINY, base: 4, dropout: 0.25 }],
  ['course with dropout', { ...TINY, preset: 'course', dropout: 0.5 }],
];

type Create = (config: UnetConfig, seed: number) => Unet;
const kinds: [string, () => Promise<Create | null>][] = [
  [
    'eager',
    async () => {
      const engine = await plainEngine();
      return (config, seed) => createEagerUnet(engine, config, { seed });
    },
  ],
  [
    'graph',
    async () => {
      const engine = await nativeEngine();
      if (!engine) return null;
      await engine.tf.setBackend('tensorflow');
      return (config, seed) => createGraphUnet(engine, config, { seed, precision: 'float32' });
    },
  ],
];

/** `count` images of the batch from `from` on. */
function part(batch: TrainBatch, from: number, count: number): TrainBatch {
  const pixels = batch.height * batch.width;
  const [begin, end] = [from * pixels, (from + count) * pixels];
  return {
    ...batch,
    n: count,
    images: batch.images.slice(begin, end),
    targets: batch.targets.slice(begin, end),
    weights: batch.weights.slice(begin, end),
    firstImage: from,
  };
}

/** Greatest difference, relative to the greatest value. */
function apart(found: Float32Array, expected: Float32Array): number {
  let most = 0;
  let size = 0;
  for (const [at, value] of expected.entries()) {
    most = Math.max(most, Math.abs(value - found[at]!));
    size = Math.max(size, Math.abs(value));
  }
  return most / size;
}

describe.each(kinds)('%s', (_, load) => {
  let create: Create | null;
  beforeAll(async () => {
    create = await load();
  });

  it.each(configs)('%s: both halves are the step', async (_, config) => {
    if (!create) return;
    const [whole, halves] = [create(config, 3), create(config, 3)];
    const batch = stripes(config, 2, 16, 1);
    for (let step = 0; step < 3; step++) {
      // From the same weights each time, for Adam turns rounding into whole steps where gradients are nearly 0.
      halves.importState(await whole.exportState(), 'all');
      const sums = await halves.gradientSums(batch);
      expect(sums).toHaveLength(halves.parameterCount + 2);
      expect(sums.at(-1)).toBeCloseTo(
        batch.weights.reduce((sum, weight) => sum + weight, 0),
        2,
      );
      expect(await halves.applySums(sums, 0.003)).toBeCloseTo(await whole.trainStep(batch, 0.003), 5);
      const [found, expected] = [await halves.exportState(), await whole.exportState()];
      expect(found.step).toBe(expected.step);
      for (const [at, { name, mean }] of expected.parameters.entries()) {
        if (mean.some((value) => Math.abs(value) > 1e-6)) {
          expect(apart(found.parameters[at]!.mean, mean), name).toBeLessThan(1e-4);
        }
      }
    }
    whole.dispose();
    halves.dispose();
  });

  it.each(configs)('%s: sums of parts add up to those of the whole', async (_, config) => {
    if (!create) return;
    const unet = create(config, 3);
    const batch = stripes(config, 4, 16, 1);
    const whole = await unet.gradientSums(batch);
    const sum = new Float32Array(whole.length);
    for (const [from, count] of [
      [0, 2],
      [2, 1],
      [3, 1],
    ] as const) {
      const found = await unet.gradientSums(part(batch, from, count));
      for (const [at, value] of found.entries()) sum[at]! += value;
    }
    expect(apart(sum, whole)).toBeLessThan(1e-5);
    if (config.dropout > 0) {
      const elsewhere = await unet.gradientSums({ ...part(batch, 2, 1), firstImage: 0 });
      expect(apart(elsewhere, await unet.gradientSums(part(batch, 2, 1)))).toBeGreaterThan(1e-3);
    }
    unet.dispose();
  });

  it('gives the same bits again', async () => {
    if (!create) return;
    const run = async (make: Create) => {
      const unet = make({ ...TINY, dropout: 0.5 }, 3);
      const batch = stripes(TINY, 2, 16, 1);
      const vectors: Float32Array[] = [];
      for (let step = 0; step < 3; step++) {
        vectors.push(await unet.gradientSums(batch));
        await unet.applySums(vectors.at(-1)!, 0.01);
      }
      vectors.push(await unet.readWeights());
      unet.dispose();
      return vectors;
    };
    expect(await run(create)).toEqual(await run(create));
  });

  it('takes weights as one vector and gives them back, moments and step staying', async () => {
    if (!create) return;
    const [one, other] = [create(TINY, 1), create(TINY, 2)];
    const batch = stripes(TINY, 1, 8, 5);
    await one.trainStep(batch, 0.01);
    await other.trainStep(batch, 0.01);
    const before = await other.exportState();
    const weights = await one.readWeights();
    expect(weights).toHaveLength(one.parameterCount);
    other.writeWeights(weights);
    expect(await other.readWeights()).toEqual(weights);
    const after = await other.exportState();
    expect(after.step).toBe(before.step);
    expect(after.parameters.map(({ mean }) => mean)).toEqual(before.parameters.map(({ mean }) => mean));
    expect(await other.predictLogits(batch.images, batch)).toEqual(
      await one.predictLogits(batch.images, batch),
    );
    // A state that comes later wins.
    other.writeWeights(weights);
    other.importState(before, 'all');
    expect(await other.exportState()).toEqual(before);
    one.dispose();
    other.dispose();
  });

  it('learns nothing from parts that are not painted', async () => {
    if (!create) return;
    const unet = create(TINY, 1);
    const batch = stripes(TINY, 1, 8, 5);
    const blank = { ...batch, weights: new Float32Array(64) };
    const before = await unet.exportState();
    const sums = await unet.gradientSums(blank);
    expect(sums.every((value) => value === 0)).toBe(true);
    expect(await unet.applySums(sums, 0.1)).toBe(0);
    expect(await unet.exportState()).toEqual(before);
    unet.dispose();
  });

  it('[LOSS_NOT_FINITE] [VECTOR_LENGTH] refuses what would spoil the weights', async () => {
    if (!create) return;
    const unet = create(TINY, 1);
    const batch = stripes(TINY, 1, 8, 5);
    const sums = await unet.gradientSums(batch);
    const before = await unet.exportState();
    sums[3] = Number.NaN;
    await expect(unet.applySums(sums, 0.1)).rejects.toThrow(/LOSS_NOT_FINITE.*step 1/);
    expect(await unet.exportState()).toEqual(before);
    await expect(unet.applySums(sums.slice(1), 0.1)).rejects.toThrow(/VECTOR_LENGTH.*sums of/);
    expect(() => unet.writeWeights(sums)).toThrow(/VECTOR_LENGTH.*weights of/);
    unet.dispose();
    await expect(unet.gradientSums(batch)).rejects.toThrow(/DISPOSED/);
    expect(() => unet.writeWeights(sums)).toThrow(/DISPOSED/);
  });
});
