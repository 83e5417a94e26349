import { describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from './checkpoint.ts';
import { canStartFrom } from './run.ts';
import { MEMBRANE_LABELS } from './section.ts';
import { TINY_RECIPE, testEngine, tinyModel } from './testing/tinyModel.ts';
import { partlyLabelled, stripes } from './testing/tissueSections.ts';
import { train } from './train.ts';
import type { TrainOptions, TrainProgress } from './trainOptions.ts';

// Each run opens a graph of its own, which takes long on a machine that is busy otherwise.
vi.setConfig({ testTimeout: 120_000 });

const section = stripes({ width: 64, height: 64 });
const run = async (options: Partial<TrainOptions> = {}) =>
  train({
    engine: await testEngine(),
    labels: MEMBRANE_LABELS,
    sections: [section],
    heldOut: [],
    recipe: TINY_RECIPE,
    seed: 1,
    ...options,
  });
const weights = ({ model }: Pick<Awaited<ReturnType<typeof run>>, 'model'>) =>
  model.state.parameters.map(({ values }) => values);
const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('a training run', () => {
  test('of the same seed gives nearly the same model, of another seed another one', async () => {
    const [one, again, other] = [await run(), await run(), await run({ seed: 2 })];
    const distance = (a: typeof one, b: typeof one) =>
      Math.max(
        ...weights(a).flatMap((values, i) => [...values].map((v, j) => Math.abs(v - weights(b)[i]![j]!))),
      );
    // Sums over threads come in any order; Adam makes much of small differences.
    expect(distance(one, again)).toBeLessThan(1e-3);
    expect(distance(one, other)).toBeGreaterThan(0.05);
  });

  test('learns stripes, and its loss tells', async () => {
    const { finalLoss, steps, labelledPixels, ended, model } = await run({
      recipe: { ...TINY_RECIPE, base: 8, steps: 120 },
      heldOut: [section],
    });
    expect({ steps, labelledPixels, ended }).toEqual({ steps: 120, labelledPixels: 4096, ended: 'budget' });
    expect(finalLoss).toBeLessThan(0.5);
    expect(model.temperature).not.toBe(1);
  });

  test('by the clock ends with the budget, annealed, and tells the time left', async () => {
    let clock = 0;
    const told: TrainProgress[] = [];
    const { steps, seconds } = await run({
      recipe: { ...TINY_RECIPE, steps: null, budgetSeconds: 10 },
      now: () => {
        clock += 100;
        return clock;
      },
      onProgress: (progress) => told.push(progress),
    });
    expect(steps).toBeGreaterThan(5);
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(12);
    expect(told.at(-1)).toMatchObject({ step: steps, fraction: 1, secondsLeft: 0 });
    for (const [i, { fraction, secondsLeft }] of told.slice(1).entries()) {
      expect(fraction).toBeGreaterThanOrEqual(told[i]!.fraction);
      expect(secondsLeft).toBeLessThanOrEqual(told[i]!.secondsLeft!);
    }
  });

  test('tells its progress at most four times a second', async () => {
    let clock = 0;
    const told: number[] = [];
    await run({
      recipe: { ...TINY_RECIPE, steps: 30 },
      now: () => {
        clock += 10;
        return clock;
      },
      onProgress: () => told.push(clock),
    });
    // The first comes before any step, the last one with the end.
    for (let i = 1; i < told.length - 1; i++) expect(told[i]! - told[i - 1]!).toBeGreaterThanOrEqual(250);
    expect(told.length).toBeGreaterThan(3);
  });

  test('cancelled leaves a checkpoint, from which it goes on as if it had not stopped', async () => {
    const straight = await run();
    const stop = new AbortController();
    let saved: Checkpoint | undefined;
    let clock = 0;
    const first = run({
      signal: stop.signal,
      now: () => {
        clock += 300;
        return clock;
      },
      onProgress: ({ step }) => step === 3 && stop.abort(),
      onCheckpoint: (checkpoint) => {
        saved = checkpoint;
      },
    });
    await expect(first).rejects.toThrow(code('CANCELLED'));
    expect(saved?.step).toBe(3);
    const resumed = await run({ resumeFrom: saved! });
    expect(resumed.steps).toBe(6);
    for (const [i, values] of weights(resumed).entries()) {
      for (const [j, value] of values.entries()) expect(value).toBeCloseTo(weights(straight)[i]![j]!, 3);
    }
  });

  test('starts from given weights', async () => {
    const startFrom = await tinyModel({ seed: 77 });
    const { model } = await run({ startFrom, recipe: { ...TINY_RECIPE, steps: 1 } });
    const first = model.state.parameters[0]!.values;
    const started = startFrom.state.parameters[0]!.values;
    for (const [i, value] of first.entries()) expect(Math.abs(value - started[i]!)).toBeLessThan(2e-3);
    expect(canStartFrom(startFrom, { labels: MEMBRANE_LABELS, recipe: TINY_RECIPE })).toBe(true);
    const wider = { ...TINY_RECIPE, base: 8 };
    expect(canStartFrom(startFrom, { labels: MEMBRANE_LABELS, recipe: wider })).toBe(false);
    await expect(run({ startFrom, recipe: wider })).rejects.toThrow(code('MODEL_ARCHITECTURE'));
  });

  test('leaves no tensor behind, whether it ends well or not', async () => {
    const { tf } = await testEngine();
    await run();
    const before = tf.memory().numTensors;
    await run({ heldOut: [section] });
    const stop = AbortSignal.abort();
    await expect(run({ signal: stop })).rejects.toThrow(code('CANCELLED'));
    expect(tf.memory().numTensors).toBe(before);
  });

  const nan = (name: string) => ({ ...section, name, image: section.image.map(() => Number.NaN) });

  test.each(['default', 'course'] as const)(
    'that only meets infinite losses says at which steps and on which tiles, %s',
    async (preset) => {
      const refused = run({ recipe: { ...TINY_RECIPE, preset }, sections: [nan('broken.png')] });
      await expect(refused).rejects.toThrow(code('LOSS_NOT_FINITE'));
      await expect(refused).rejects.toThrow(
        preset === 'default'
          ? /at steps 1 to 5, on the tiles "broken\.png" \(x -?\d+, y -?\d+, 32 × 32\), /
          : /at steps 1 to 5, on the tile "broken\.png" \(x 0, y 0, 64 × 64\)\.\)$/,
      );
    },
  );

  test('that meets them now and then names the guilty tiles once, learns from the others, and ends', async () => {
    const told: string[] = [];
    const { steps, ended, stoppedBy } = await run({
      sections: [
        section,
        { ...nan('broken.png'), labels: partlyLabelled(section, (x, y) => x < 16 && y < 8).labels },
      ],
      recipe: { ...TINY_RECIPE, steps: 30 },
      onRefused: (sentence) => told.push(sentence),
    });
    expect({ steps, ended, stoppedBy }).toEqual({ steps: 30, ended: 'budget', stoppedBy: null });
    expect(told).toEqual([
      expect.stringMatching(/^The loss was not finite at step \d+, on the tile "broken\.png" /),
    ]);
    expect(told[0]).not.toContain(`"${section.name}"`);
  });

  test('whose loss does not stay finite ends with the last good weights, and says where', async () => {
    const { steps, ended, stoppedBy, model } = await run({
      recipe: { ...TINY_RECIPE, steps: 30 },
      onBatch: (step, { images }) => {
        if (step >= 3) images.fill(Number.NaN);
      },
    });
    // As they come from the sections these tiles are sound: they are all that can be named.
    expect({ steps, ended, stoppedBy }).toEqual({
      steps: 7,
      ended: 'loss-not-finite',
      stoppedBy: expect.stringMatching(
        /^at steps 4 to 8, on no one of the tiles "stripes.png" .* and 2 more alone/,
      ),
    });
    expect(weights({ model }).every((values) => values.every(Number.isFinite))).toBe(true);
  });

  test.each([
    ['NO_LABELS', { sections: [{ ...section, labels: null }] }],
    ['NO_LABELS', { sections: [] }],
    ['ONE_CLASS_ONLY', { sections: [partlyLabelled(section, (x) => x < 8)] }],
    ['RECIPE_INVALID', { recipe: { ...TINY_RECIPE, tile: 30 } }],
    ['RECIPE_INVALID', { recipe: { ...TINY_RECIPE, budgetSeconds: 3 } }],
    ['RECIPE_INVALID', { recipe: { ...TINY_RECIPE, base: 0.5 } }],
    ['MEMORY_TOO_SMALL', { recipe: { ...TINY_RECIPE, base: 256, tile: 4096, batch: 256 } }],
    // Eighty gigabytes of weights alone: they must not be made to find that out.
    ['MEMORY_TOO_SMALL', { recipe: { ...TINY_RECIPE, base: 256, depth: 6, tile: 64, batch: 1 } }],
  ])('refuses with %s', async (wanted, options) => {
    const { tf } = await testEngine();
    const before = tf.memory().numTensors;
    await expect(run(options)).rejects.toThrow(code(wanted));
    expect(tf.memory().numTensors).toBe(before);
  });
});
