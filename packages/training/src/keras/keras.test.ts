/**
 * Weights of the real Keras: the same input gives the same output, and a step of ours is a step of Keras's. A frozen pair
 * of files (kerasCourse.py wrote them, gzip -9 packed them) is read everywhere, live ones where Python has Keras.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createUnet, encodeState, type UnetState } from '@cotrace/unet';
import { describe, expect, test } from 'vitest';
import { toProbabilities } from '../probability.ts';
import { testEngine } from '../testing/tinyModel.ts';
import { stateOfKeras } from './courseWeights.ts';
import { loadKerasModel } from './kerasModel.ts';
import { floats, kerasPython, runKeras } from './testing/kerasPeer.ts';
import { type KerasLayer, readKerasLayers } from './weightFile.ts';

const frozen = (name: string) =>
  gunzipSync(readFileSync(join(import.meta.dirname, 'testing/frozen', `${name}.gz`)));
const code = (wanted: string) => expect.objectContaining({ code: wanted });

async function answer(state: UnetState, input: Float32Array, side: number): Promise<Float32Array> {
  const unet = createUnet(await testEngine(), { ...state.config, dropout: 0 }, { seed: 0 });
  unet.importState(state, 'weights');
  const logits = await unet.predictLogits(input, { n: 2, height: side, width: side });
  unet.dispose();
  return toProbabilities(logits, state.config.classes === 2 ? 1 : state.config.classes);
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

describe('frozen files of Keras 3.15', () => {
  const input = floats(frozen('input.f32'));
  const output = floats(frozen('output.f32'));

  test.each(['course.h5', 'course.weights.h5'])('%s answers as Keras did', async (name) => {
    const state = stateOfKeras(readKerasLayers(frozen(name), name), name);
    expect(state.config).toMatchObject({ preset: 'course', base: 2, depth: 2, classes: 2, dropout: 0.5 });
    expect(new Set(output).size).toBeGreaterThan(100);
    expect(furthest(await answer(state, input, 16), output)).toBeLessThan(1e-5);
  });

  test('both layouts hold the same weights', () => {
    const [legacy, later] = ['course.h5', 'course.weights.h5'].map((name) =>
      stateOfKeras(readKerasLayers(frozen(name), name), name),
    );
    expect(encodeState(legacy!)).toEqual(encodeState(later!));
  });

  const layers = () => readKerasLayers(frozen('course.weights.h5'), 'frozen');
  const refused: [string, (layers: KerasLayer[]) => KerasLayer[], RegExp][] = [
    ['a convolution too few', (all) => all.slice(1), /13 convolutions in x\.h5, where .* 24 convolutions/],
    [
      'batch normalisation',
      (all) => [...all, { name: 'batch_normalization', arrays: all[0]!.arrays.slice(1) }],
      /batch_normalization with arrays \[2\]/,
    ],
    [
      'another width at one place',
      (all) => [...all.slice(0, 2), { name: 'conv2d_2', arrays: all[4]!.arrays }, ...all.slice(3)],
      /\[3, 3, 4, 8\] in conv2d_2 of x\.h5, where the U-Net \(course, base 2, depth 2.*\[3, 3, 2, 4\]/,
    ],
  ];
  test.each(refused)('of %s are refused, saying both', (_, spoil, sentence) => {
    expect(() => stateOfKeras(spoil(layers()), 'x.h5')).toThrow(code('KERAS_ARCHITECTURE'));
    expect(() => stateOfKeras(spoil(layers()), 'x.h5')).toThrow(sentence);
  });

  test('cut off, foreign or missing are KERAS_FILE', async () => {
    const whole = frozen('course.weights.h5');
    for (const bytes of [whole.subarray(0, 3000), new Uint8Array(0), new Uint8Array(4096)]) {
      expect(() => readKerasLayers(bytes, 'x.h5')).toThrow(code('KERAS_FILE'));
    }
    await expect(loadKerasModel('/nowhere/x.h5')).rejects.toThrow(code('KERAS_FILE'));
  });
});

const python = kerasPython();
const live = 'path' in python ? describe : describe.skip;

live(`the real Keras${'missing' in python ? ` (${python.missing})` : ''}`, () => {
  test.each([2, 3])(
    'with %d classes: same answers, and one step later the same weights',
    async (classes) => {
      using keras = runKeras((python as { path: string }).path, { base: 4, depth: 4, classes, side: 32 });
      const model = await loadKerasModel(keras.path('course.weights.h5'));
      const legacy = await loadKerasModel(keras.path('course.h5'));
      expect(encodeState(legacy.state)).toEqual(encodeState(model.state));
      const { side, input, targets, output } = keras;
      expect(furthest(await answer(model.state, input, side), output)).toBeLessThan(1e-5);

      const config = { ...model.network, dropout: 0 };
      const unet = createUnet(await testEngine(), config, { seed: 0, precision: 'float32' });
      unet.importState(model.state, 'weights');
      const weights = new Float32Array(targets.length).fill(1);
      const loss = await unet.trainStep(
        { n: 2, height: side, width: side, images: input, targets, weights },
        1e-4,
      );
      const ours = await unet.exportState();
      unet.dispose();
      expect(loss).toBeCloseTo(keras.loss, 5);
      const after = await loadKerasModel(keras.path('after.weights.h5'));
      let moved = 0;
      for (const [at, { name, values }] of ours.parameters.entries()) {
        const theirs = after.state.parameters[at]!.values;
        moved = Math.max(moved, furthest(values, model.state.parameters[at]!.values));
        // Adam's first step is the rate times the sign of the gradient, whatever its size: rounding decides where that is
        // all but zero.
        const apart = values.filter((value, i) => Math.abs(value - theirs[i]!) > 1e-6).length;
        expect(apart / values.length, name).toBeLessThan(0.01);
      }
      expect(moved).toBeCloseTo(1e-4, 6);
    },
    120_000,
  );
});
