/**
 * Weights of the real Keras: the same input gives the same output. testing/kerasCourse.py wrote the frozen files
 * (--base 2 --depth 2 --side 16), gzip -9 packed them.
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
import { type KerasLayer, readKerasFile } from './weightFile.ts';

const frozen = (name: string) =>
  gunzipSync(readFileSync(join(import.meta.dirname, 'testing/frozen', `${name}.gz`)));
/** Little-endian, as the script and every processor that this runs on write them. */
const floats = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer);
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
    const state = stateOfKeras(readKerasFile(frozen(name), name).layers, name);
    expect(state.config).toMatchObject({ preset: 'course', base: 2, depth: 2, classes: 2, dropout: 0.5 });
    expect(new Set(output).size).toBeGreaterThan(100);
    expect(furthest(await answer(state, input, 16), output)).toBeLessThan(1e-5);
  });

  test('both layouts hold the same weights', () => {
    const [legacy, later] = ['course.h5', 'course.weights.h5'].map((name) =>
      stateOfKeras(readKerasFile(frozen(name), name).layers, name),
    );
    expect(encodeState(legacy!)).toEqual(encodeState(later!));
  });

  test('a saved model names the side of its images, weights alone do not', () => {
    const sides = ['course.h5', 'course.weights.h5'].map(
      (name) => readKerasFile(frozen(name), name).inputSide,
    );
    expect(sides).toEqual([16, null]);
  });

  const layers = () => readKerasFile(frozen('course.weights.h5'), 'frozen').layers;
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
      expect(() => readKerasFile(bytes, 'x.h5')).toThrow(code('KERAS_FILE'));
    }
    await expect(loadKerasModel('/nowhere/x.h5')).rejects.toThrow(code('KERAS_FILE'));
  });
});
