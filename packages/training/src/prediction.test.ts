import { createUnet } from '@cotrace/unet';
import { describe, expect, test } from 'vitest';
import { averagedProbability, createPredictor } from './prediction.ts';
import { presetOf } from './presets.ts';
import { scoreModel } from './scoring.ts';
import { MEMBRANE_LABELS } from './section.ts';
import { TINY_RECIPE, testEngine, tinyModel } from './testing/tinyModel.ts';
import { partlyLabelled, stripes, tissueSections } from './testing/tissueSections.ts';
import { planTiles } from './tiles.ts';

describe('tiles', () => {
  test('small sections stay whole', () => {
    const size = { width: 112, height: 64 };
    const plan = planTiles(size, { multiple: 16, margin: 50, maxPixels: 1e6 });
    expect(plan).toEqual([{ x: 0, y: 0, ...size, inner: { x: 0, y: 0, ...size } }]);
  });

  test.each([
    [1008, 704],
    [528, 2000],
    [304, 304],
    [4096, 48],
  ])('cover %i × %i, with the margin between what counts and where the tile was cut', (width, height) => {
    const margin = 50;
    const tiles = planTiles({ width, height }, { multiple: 16, margin, maxPixels: 256 * 256 });
    expect(tiles.length).toBeGreaterThan(1);
    const covered = new Uint8Array(width * height);
    for (const tile of tiles) {
      const { inner } = tile;
      expect([tile.x % 16, tile.y % 16, tile.width % 16, tile.height % 16]).toEqual([0, 0, 0, 0]);
      if (tile.x > 0) expect(inner.x - tile.x).toBeGreaterThanOrEqual(margin);
      if (tile.y > 0) expect(inner.y - tile.y).toBeGreaterThanOrEqual(margin);
      const right = tile.x + tile.width;
      const bottom = tile.y + tile.height;
      if (right < width) expect(right - inner.x - inner.width).toBeGreaterThanOrEqual(margin);
      if (bottom < height) expect(bottom - inner.y - inner.height).toBeGreaterThanOrEqual(margin);
      for (let y = inner.y; y < inner.y + inner.height; y++) {
        covered.fill(1, y * width + inner.x, y * width + inner.x + inner.width);
      }
    }
    expect(covered.every((once) => once === 1)).toBe(true);
  });
});

describe('prediction', () => {
  test.each([1, 8] as const)('in tiles equals prediction as a whole, %i turns', async (turns) => {
    const [section] = tissueSections({ seed: 3, side: 200, count: 1 });
    const unet = createUnet(await testEngine(), presetOf(TINY_RECIPE, 2).network, { seed: 5 });
    try {
      const whole = await averagedProbability(unet, section!, { turns });
      const tiled = await averagedProbability(unet, section!, { turns, maxPixels: 112 * 112 });
      const spread = Math.max(...whole) - Math.min(...whole);
      expect(spread).toBeGreaterThan(0.05);
      let worst = 0;
      for (const [at, value] of whole.entries()) worst = Math.max(worst, Math.abs(value - tiled[at]!));
      expect(worst).toBeLessThan(1e-3);
    } finally {
      unet.dispose();
    }
  });

  test('of the turned section is the turned prediction, with eight turns', async () => {
    const section = tissueSections({ seed: 8, side: 64, count: 1 })[0]!;
    const flipped = {
      ...section,
      image: section.image.map((_, at) => section.image[at - (at % 64) + 63 - (at % 64)]!),
    };
    const predictor = createPredictor(await testEngine(), await tinyModel());
    const options = { turns: 8, uncertainty: true } as const;
    const plain = await predictor.predict(section, options);
    const turned = await predictor.predict(flipped, options);
    predictor.dispose();
    for (let at = 0; at < 64 * 64; at++) {
      const mirrored = at - (at % 64) + 63 - (at % 64);
      expect(turned.probability[at]).toBeCloseTo(plain.probability[mirrored]!, 4);
      expect(turned.uncertainty![at]).toBeCloseTo(plain.uncertainty![mirrored]!, 4);
    }
  });

  test('of three labels gives a distribution for each pixel, of sizes that halve unevenly', async () => {
    const labels = [...MEMBRANE_LABELS, { value: 3, name: 'mitochondrion', gray: 128 }];
    const predictor = createPredictor(await testEngine(), await tinyModel({ labels, temperature: 2 }));
    const section = stripes({ width: 37, height: 22 });
    const { probability, uncertainty } = await predictor.predict(section, { turns: 8, uncertainty: true });
    predictor.dispose();
    expect(probability.length).toBe(3 * 37 * 22);
    for (let at = 0; at < 37 * 22; at++) {
      expect(probability[3 * at]! + probability[3 * at + 1]! + probability[3 * at + 2]!).toBeCloseTo(1, 5);
      expect(uncertainty![at]).toBeLessThanOrEqual(Math.log(3) + 1e-5);
    }
  });

  test('stops when it is told to, and leaves no tensor behind', async () => {
    const engine = await testEngine();
    const before = engine.tf.memory().numTensors;
    const predictor = createPredictor(engine, await tinyModel());
    const section = stripes({ width: 64, height: 48 });
    const held = engine.tf.memory().numTensors;
    await predictor.predict(section, { turns: 8, uncertainty: true });
    expect(engine.tf.memory().numTensors).toBe(held);
    const stop = new AbortController();
    const run = predictor.predict(section, {
      turns: 8,
      uncertainty: false,
      signal: stop.signal,
      onProgress: (fraction) => fraction > 0.3 && stop.abort(),
    });
    await expect(run).rejects.toThrow(expect.objectContaining({ code: 'CANCELLED' }));
    predictor.dispose();
    expect(engine.tf.memory().numTensors).toBe(before);
  });
});

describe('the score of a model', () => {
  const score = async (...heldOut: Parameters<typeof scoreModel>[2]) => {
    const predictor = createPredictor(await testEngine(), await tinyModel());
    try {
      return await scoreModel(predictor, MEMBRANE_LABELS, heldOut, { turns: 1 });
    } finally {
      predictor.dispose();
    }
  };
  const [tissue] = tissueSections({ seed: 2, side: 96, count: 1 });

  test('is null without held-out labels', async () => {
    expect(await score()).toBeNull();
    expect(await score({ ...tissue!, labels: null })).toBeNull();
  });

  test('has V_Rand for whole labels, Dice and calibration for strokes', async () => {
    const whole = await score(tissue!);
    expect(whole).toMatchObject({ sections: 1 });
    for (const name of ['vRand', 'vInfo', 'pixelError', 'dice', 'ece'] as const) {
      expect(whole![name], name).toBeGreaterThanOrEqual(0);
      expect(whole![name], name).toBeLessThanOrEqual(1);
    }
    const strokes = await score(partlyLabelled(tissue!, (x) => x % 10 === 0));
    expect(strokes).toMatchObject({ sections: 1, vRand: null, vInfo: null, pixelError: null });
    expect(strokes!.dice).toBeGreaterThan(0);
  });

  test('has no V_Rand where the greater grey is the smaller part: organelles have no walls', async () => {
    const few = { ...tissue!, labels: tissue!.labels!.map((_, at) => (at % 96 < 10 ? 2 : 1)) };
    expect(await score(few)).toMatchObject({ vRand: null });
  });
});
