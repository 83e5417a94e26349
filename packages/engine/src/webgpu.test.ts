/** A file of its own: one engine a process, and this one must be WebGPU. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Engine, EngineError, loadEngine, memoryErrorOf } from './index.ts';

let engine: Engine | undefined;
let why = '';
beforeAll(async () => {
  try {
    engine = await loadEngine('webgpu');
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'WEBGPU_NO_ADAPTER') throw error;
    why = `no adapter: ${error.message}`;
  }
});

describe('WebGPU', () => {
  it('is named and computes', async ({ skip }) => {
    if (!engine) return skip(why);
    expect(engine).toMatchObject({ name: 'webgpu', device: 'gpu' });
    expect(engine.sentence).toContain(engine.deviceName);
    const product = engine.tf.matMul([[1, 2]], [[3], [4]]);
    expect([...(await product.data())]).toEqual([11]);
    product.dispose();
  });

  it('adds more tensors than a program may bind, and leaves them as they were', async ({ skip }) => {
    if (!engine) return skip(why);
    const { tf } = engine;
    const terms = Array.from({ length: 30 }, (_, at) => tf.tensor1d([at, 1]));
    const { numTensors, numDataBuffers } = tf.memory();
    const sum = tf.addN(terms);
    expect([...(await sum.data())]).toEqual([435, 30]);
    sum.dispose();
    expect([...(await terms[7]!.data())]).toEqual([7, 1]);
    const after = tf.memory();
    expect([after.numTensors, after.numDataBuffers]).toEqual([numTensors, numDataBuffers]);
    tf.dispose(terms);
  });

  // The last: a device that has failed once is not trusted again.
  it('that has too little memory says so where a number is read, under the usual name', async ({ skip }) => {
    if (!engine) return skip(why);
    const { tf } = engine;
    const read = async () => tf.sum(tf.fill([1_000_000, 1_000_000], 1)).data(); // four terabytes
    const told = await read().catch(memoryErrorOf);
    expect(told).toMatchObject({ code: 'MEMORY_TOO_SMALL', message: expect.stringContaining('WebGPU') });
  });
});
