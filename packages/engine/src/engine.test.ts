import type { Rank } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { INSTALL_ERRORS } from '../install/errors.mjs';
import {
  checkTrainingMemory,
  EngineError,
  loadEngine,
  memoryErrorOf,
  trainingBytes,
  usableMemoryBytes,
} from './index.ts';

describe('an engine', () => {
  it('is named and computes', async () => {
    const engine = await loadEngine('auto');
    expect(engine.sentence).toContain(engine.version);
    const product = engine.tf.matMul([[1, 2]], [[3], [4]]);
    expect([...product.dataSync()]).toEqual([11]);
    product.dispose();
  });
  it('of an unknown name is refused with the names that exist', async () => {
    await expect(loadEngine('cuda' as never)).rejects.toThrow(
      /auto, gpu, tensorflow, webgpu or wasm.*"cuda"/,
    );
  });
});

describe('the native engine', () => {
  it('keeps a tensor’s values apart from the array it was made of, wherever that lies in memory', async ({
    skip,
  }) => {
    const engine = await loadEngine('auto');
    if (engine.name !== 'tensorflow') return skip();
    const memory = new Float32Array(16 + 64);
    // One of the places is aligned as TensorFlow likes it: only there could it take the memory for its own.
    for (let place = 0; place < 16; place++) {
      const array = memory.subarray(place, place + 64).fill(2);
      const tensor = engine.tf.tensor1d(array);
      const first = engine.tf.square(tensor);
      array.fill(3);
      const second = engine.tf.square(tensor);
      expect([...first.dataSync(), ...second.dataSync()]).toEqual(new Array(128).fill(4));
      engine.tf.dispose([tensor, first, second]);
    }
  });
});

describe("WebAssembly's filter gradient", () => {
  it.each([
    [3, 'same'],
    [2, 'same'],
    [1, 'same'],
    [3, 'valid'],
  ] as const)('equals finite differences for a filter of %i, padded %s', async (size, pad) => {
    const { tf } = await loadEngine('wasm');
    const x = tf.randomNormal<Rank.R4>([2, 5, 6, 2], 0, 1, 'float32', 1);
    const filter = tf.randomNormal<Rank.R4>([size, size, 2, 3], 0, 1, 'float32', 2);
    // A fixed weighting makes the sum sensitive to every place.
    const out = tf.conv2d(x, filter, 1, pad);
    const weighting = tf.randomNormal(out.shape, 0, 1, 'float32', 3);
    const value = (w: typeof filter) => tf.sum(tf.mul(tf.conv2d(x, w, 1, pad), weighting));
    const gradient = tf
      .grad(value as never)(filter)
      .dataSync();
    const numbers = filter.dataSync();
    for (let i = 0; i < numbers.length; i++) {
      const shifted = (by: number) => {
        const moved = Float32Array.from(numbers);
        moved[i]! += by;
        return value(tf.tensor4d(moved, filter.shape)).dataSync()[0]!;
      };
      expect(gradient[i]).toBeCloseTo((shifted(0.05) - shifted(-0.05)) / 0.1, 2);
    }
  });
});

describe("WebAssembly's filter gradient, again and again", () => {
  it('leaves no tensor and no data behind, and its inputs as they were', async () => {
    const { tf } = await loadEngine('wasm');
    const x = tf.randomNormal<Rank.R4>([1, 4, 4, 2], 0, 1, 'float32', 1);
    const filter = tf.randomNormal<Rank.R4>([3, 3, 2, 3], 0, 1, 'float32', 2);
    const before = tf.memory();
    const loss = (w: typeof filter) => tf.sum(tf.conv2d(x, w, 1, 'same'));
    const step = () =>
      tf.tidy(() => [
        ...tf
          .grad(loss as never)(filter)
          .dataSync(),
      ]);
    expect(step()).toEqual(step());
    const { numTensors, numDataBuffers } = tf.memory();
    expect({ numTensors, numDataBuffers }).toEqual({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
    expect(x.dataSync()).toHaveLength(32);
    tf.dispose([x, filter]);
  });
});

describe('memory', () => {
  const course = { parameters: 31_000_000, activations: 2 * 256 * 256 * 600 };
  it('of a step grows with the batch', () => {
    expect(trainingBytes({ ...course, activations: 2 * course.activations })).toBeGreaterThan(
      trainingBytes(course),
    );
  });
  it('that is too small is refused with both sizes', () => {
    expect(() => checkTrainingMemory(course, 1e9)).toThrow(EngineError);
    expect(() => checkTrainingMemory(course, 1e9)).toThrow(/It takes about 1\.4 GB, there are 1\.0 GB/);
    expect(() => checkTrainingMemory(course, 16e9)).not.toThrow();
  });
  it('is at most what 32-bit addresses reach for WebAssembly', () => {
    const machine = usableMemoryBytes({ name: 'tensorflow', cards: [] });
    expect(usableMemoryBytes({ name: 'wasm', cards: [] })).toBe(Math.min(2 ** 32, machine));
  });
  it("is the card's where that computes", () => {
    const card = {
      index: 0,
      uuid: 'GPU-1',
      name: 'A',
      memoryBytes: 7e9,
      computeCapability: 8,
      driver: '570',
    };
    expect(usableMemoryBytes({ name: 'tensorflow', cards: [card] })).toBe(7e9);
  });
  it('that runs out in the middle is told by the same name, in the words of the engine', () => {
    const said = 'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[9,9] on GPU:0';
    const told = memoryErrorOf(new Error(said));
    expect(told).toMatchObject({ code: 'MEMORY_TOO_SMALL', message: expect.stringContaining('shape[9,9]') });
    expect(memoryErrorOf(new Error('shapes do not match'))).toBeUndefined();
    expect(memoryErrorOf(told)).toBeUndefined();
  });
});

describe('sentences of the installer', () => {
  it('say what to do', () => {
    for (const sentence of Object.values(INSTALL_ERRORS)) expect(sentence).toMatch(/^.{20,}\.$/);
  });
});
