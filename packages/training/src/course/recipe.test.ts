/** The course's recipe as a run: epochs, the best of them kept, whole sections in, whole sections out. */
import { createUnet } from '@cotrace/unet';
import { describe, expect, test } from 'vitest';
import type { EpochEnd } from '../bestWeights.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../checkpoint.ts';
import { createPredictor } from '../prediction.ts';
import { toProbabilities } from '../probability.ts';
import { COURSE_RECIPE, type Recipe } from '../recipe.ts';
import { type LabelClass, MEMBRANE_LABELS, type Section } from '../section.ts';
import { testEngine } from '../testing/tinyModel.ts';
import { stripes } from '../testing/tissueSections.ts';
import { train } from '../train.ts';
import type { TrainOptions } from '../trainOptions.ts';
import { createCourseBatches } from './batches.ts';

const RECIPE: Recipe = { ...COURSE_RECIPE, base: 4, depth: 2, tile: 16, steps: 12, stepsPerEpoch: 4 };
const section = stripes({ width: 32, height: 24 });
const run = async (options: Partial<TrainOptions> = {}) =>
  train({
    engine: await testEngine(),
    labels: MEMBRANE_LABELS,
    sections: [section],
    heldOut: [],
    recipe: RECIPE,
    seed: 4,
    precision: 'float32',
    ...options,
  });
const weightsOf = ({ model }: Awaited<ReturnType<typeof run>>) =>
  model.state.parameters.map(({ values }) => [...values]);

describe('a run of the course', () => {
  test('ends each epoch with its mean loss and keeps the best', async () => {
    const epochs: EpochEnd[] = [];
    const result = await run({ onEpoch: (end) => void epochs.push(end) });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    for (const [at, { loss, kept, accuracy }] of epochs.entries()) {
      expect(kept).toBe(epochs.slice(0, at).every((earlier) => loss < earlier.loss));
      expect(accuracy).toBeGreaterThan(0);
      expect(accuracy).toBeLessThanOrEqual(1);
    }
    // The weights are those of the end of the last epoch that was kept.
    const last = epochs.filter(({ kept }) => kept).at(-1)!;
    const shorter = await run({ recipe: { ...RECIPE, steps: 4 * last.epoch } });
    expect(weightsOf(result)).toEqual(weightsOf(shorter));
  });

  test('interrupted within an epoch and resumed is the same run', async () => {
    const stop = new AbortController();
    let saved: Checkpoint | undefined;
    const interrupted = run({
      signal: stop.signal,
      onBatch: (step) => void (step === 5 && stop.abort()),
      onCheckpoint: (checkpoint) => {
        saved = decodeCheckpoint(encodeCheckpoint(checkpoint));
      },
    });
    await expect(interrupted).rejects.toThrow(expect.objectContaining({ code: 'CANCELLED' }));
    expect(saved).toMatchObject({ step: 6, epochSum: { steps: 2 } });
    const [whole, resumed] = [await run(), await run({ resumeFrom: saved! })];
    expect(weightsOf(resumed)).toEqual(weightsOf(whole));
  });

  test('started from given weights goes on at the full rate', async () => {
    const first = await run();
    const { model } = await run({ startFrom: first.model, recipe: { ...RECIPE, steps: 1 } });
    const moved = model.state.parameters.map(({ values }, at) =>
      Math.max(...values.map((value, i) => Math.abs(value - first.model.state.parameters[at]!.values[i]!))),
    );
    expect(Math.max(...moved)).toBeCloseTo(1e-4, 6); // Adam's first step
    const other = { ...RECIPE, base: 2 };
    await expect(run({ startFrom: first.model, recipe: other })).rejects.toThrow(
      /course, base 4, depth 2, .*; this recipe's is course, base 2, depth 2/,
    );
  });
});

describe('batches of the course', () => {
  const numbered = (count: number): Section[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `${index}.png`,
      width: 16,
      height: 16,
      image: new Float32Array(256).fill(index / count),
      labels: Uint8Array.from({ length: 256 }, (_, at) => 1 + (at % 2)),
    }));
  const shownBy = (sections: Section[], steps: number, seed = 1) => {
    const batches = createCourseBatches({ sections, labels: MEMBRANE_LABELS, tile: 16, batch: 2, seed });
    return Array.from({ length: steps }, (_, step) => batches(step)).flatMap(({ images }) =>
      [images[0]!, images[256]!].map((grey) => Math.round(grey * sections.length)),
    );
  };

  test('show every section once a pass, in an order of its own', () => {
    const shown = shownBy(numbered(5), 10);
    const passes = [0, 5, 10, 15].map((from) => shown.slice(from, from + 5));
    for (const pass of passes) expect([...pass].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(passes.map((pass) => pass.join())).size).toBeGreaterThan(1);
    expect(shownBy(numbered(5), 10, 2)).not.toEqual(shown);
  });

  test('leave sections out that nobody painted', () => {
    const [first, second, third] = numbered(3);
    const shown = shownBy([first!, { ...second!, labels: null }, third!], 6);
    expect(new Set(shown)).toEqual(new Set([0, 2]));
  });

  test('hold greys from 0 to 1, unstandardised, and weigh every painted pixel alike', () => {
    const { images, weights } = createCourseBatches({
      sections: [section],
      labels: MEMBRANE_LABELS,
      tile: 16,
      batch: 1,
      seed: 1,
    })(0);
    expect(Math.min(...images)).toBeGreaterThanOrEqual(0.3 - 1e-6);
    expect(Math.max(...images)).toBeLessThanOrEqual(0.8 + 1e-6);
    expect(weights.every((weight) => weight === 1)).toBe(true);
  });
});

describe('a section is predicted', () => {
  test('as Keras would: greys as they are, to the very border', async () => {
    const { model } = await run();
    const engine = await testEngine();
    const square = stripes({ width: 16, height: 16 });
    const predictor = createPredictor(engine, model);
    const { probability } = await predictor.predict(square, { turns: 1, uncertainty: false });
    // Another size comes back in that size.
    const wide = await predictor.predict(section, { turns: 1, uncertainty: true });
    predictor.dispose();
    const unet = createUnet(engine, model.network, { seed: 0 });
    unet.importState(model.state, 'weights');
    const logits = await unet.predictLogits(square.image, { n: 1, height: 16, width: 16 });
    unet.dispose();
    const expected = toProbabilities(logits, 1);
    const apart = probability.map((p, at) => Math.abs(p - expected[at]!));
    expect(Math.max(...apart)).toBeLessThan(1e-6);
    expect([wide.probability.length, wide.uncertainty!.length]).toEqual([32 * 24, 32 * 24]);
  });
});

test('three classes are learnt by softmax, one channel a class', async () => {
  const labels: LabelClass[] = [
    { value: 1, name: 'membrane', gray: 0 },
    { value: 2, name: 'mitochondrion', gray: 127 },
    { value: 3, name: 'cell', gray: 255 },
  ];
  const classOf = (at: number) => Math.floor((at % 32) / 11);
  const three: Section = {
    name: '0.png',
    width: 32,
    height: 32,
    image: Float32Array.from({ length: 1024 }, (_, at) => 0.1 + 0.4 * classOf(at)),
    labels: Uint8Array.from({ length: 1024 }, (_, at) => 1 + classOf(at)),
  };
  const epochs: EpochEnd[] = [];
  const { model } = await run({
    labels,
    sections: [three],
    recipe: { ...RECIPE, base: 8, depth: 1, tile: 32, steps: 400, stepsPerEpoch: 100 },
    onEpoch: (end) => void epochs.push(end),
  });
  expect(model.network.classes).toBe(3);
  expect(epochs.at(-1)!.loss).toBeLessThan(0.8 * Math.log(3));
  const predictor = createPredictor(await testEngine(), model);
  const { probability, uncertainty } = await predictor.predict(three, { turns: 8, uncertainty: true });
  predictor.dispose();
  expect(probability.length).toBe(3 * 1024);
  let right = 0;
  for (let at = 0; at < 1024; at++) {
    const pixel = probability.subarray(3 * at, 3 * at + 3);
    expect(pixel.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
    if (pixel.indexOf(Math.max(...pixel)) === classOf(at)) right++;
  }
  expect(right / 1024).toBeGreaterThan(0.6);
  expect(Math.max(...uncertainty!)).toBeLessThanOrEqual(Math.log(3) + 1e-6);
});
