/** Every operation's gradient, run by TensorFlow, against finite differences and against tfjs's own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@cotrace/engine';
import * as op from '@cotrace/graph';
import { createGraph, gradients, type Signature, savedModelBytes, type Tensor } from '@cotrace/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIFFERENTIABLE } from '../../packages/graph/src/gradients.ts';
import { nativeEngine } from '../../packages/unet/src/testing/nativeEngine.ts';
import { GRADIENT_CASES, type GradientCase } from './gradientCases.ts';

type Values = Record<string, Float32Array>;
type EagerTensor = ReturnType<Engine['tf']['tensor']>;
interface Loaded {
  predict(inputs: Record<string, EagerTensor>): Record<string, EagerTensor>;
  dispose(): void;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** One graph with two signatures a case: `y_i` gives the result, `dx_i` its gradients for a given dy. */
function graphOf(cases: readonly GradientCase[]) {
  const graph = createGraph();
  const signatures: Record<string, Signature> = {};
  const outputShapes = cases.map(({ shapes, emit }, index) => {
    const inputs = shapes.map((shape, at) => op.placeholder(graph, `case${index}/x${at}`, shape));
    const y = emit(graph, `case${index}/y`, inputs);
    const dy = op.placeholder(graph, `case${index}/dy`, y.shape);
    // A gradient may be what was fed, which TensorFlow does not fetch as it is.
    const found = gradients(graph, [{ tensor: y, dy }], inputs).map((dx, at) =>
      op.after(graph, `case${index}/dx${at}`, dx, []),
    );
    const named = (prefix: string, tensors: readonly Tensor[]) =>
      Object.fromEntries(tensors.map((tensor, at) => [`${prefix}${at}`, tensor]));
    signatures[`y_${index}`] = { inputs: named('x', inputs), outputs: { y } };
    signatures[`dx_${index}`] = { inputs: { ...named('x', inputs), dy }, outputs: named('dx', found) };
    return y.shape as number[];
  });
  return { graph, signatures, outputShapes };
}

const { graph, signatures, outputShapes } = graphOf(GRADIENT_CASES);

let native: Engine | null;
const loaded = new Map<string, Loaded>();
beforeAll(async () => {
  native = await nativeEngine();
  if (!native) return;
  const { node } = native.tf as unknown as {
    node: { loadSavedModel(path: string, tags: string[], signature: string): Promise<Loaded> };
  };
  const folder = await mkdtemp(join(tmpdir(), 'cotrace-gradients-'));
  const about = { tensorflowVersion: '2.21.0', producer: 2474 };
  await writeFile(join(folder, 'saved_model.pb'), savedModelBytes(graph, signatures, about));
  for (const name of Object.keys(signatures)) {
    loaded.set(name, await node.loadSavedModel(folder, ['serve'], name));
  }
  await rm(folder, { recursive: true });
});
afterAll(() => {
  for (const model of loaded.values()) model.dispose();
});

function call(engine: Engine, name: string, values: Values): Values {
  const { inputs } = signatures[name]!;
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([key, { shape }]) => [
      key,
      engine.tf.tensor(values[key]!, shape as number[]),
    ]),
  );
  const outputs = loaded.get(name)!.predict(tensors);
  const read = Object.entries(outputs).map(
    ([key, tensor]) => [key, Float32Array.from(tensor.dataSync())] as const,
  );
  engine.tf.dispose([tensors, outputs]);
  return Object.fromEntries(read);
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** Whole numbers in a shuffled order, all different: no ties for a maximum, no zero for a ReLU's kink. */
function distinct(count: number, random: () => number): Float32Array {
  const values = Array.from({ length: count }, (_, at) => at - Math.floor(count / 2) + 0.5);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other]!, values[at]!];
  }
  return Float32Array.from(values);
}

/** A linear congruential generator is random enough for directions. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

it('covers every operation that has a gradient', () => {
  const ops = new Set(graph.nodes.filter(({ name }) => /^case\d+\/y/.test(name)).map((node) => node.op));
  expect(DIFFERENTIABLE.filter((name) => !ops.has(name))).toEqual([]);
});

describe.each(GRADIENT_CASES.map((testCase, index) => [testCase.title, testCase, index] as const))(
  '%s',
  (_, { shapes, reference, scale = 1, from = 0 }, index) => {
    const random = randomFrom(index + 1);
    const values: Values = {};
    for (const [at, shape] of shapes.entries()) {
      values[`x${at}`] = distinct(sizeOf(shape), random).map((value) => from + scale * value);
    }
    const dy = Float32Array.from({ length: sizeOf(outputShapes[index]!) }, () =>
      Math.round(random() * 8 - 4),
    );

    it('is what finite differences give', ({ skip }) => {
      if (!native) return skip();
      const found = call(native, `dx_${index}`, { ...values, dy });
      for (const at of shapes.keys()) {
        const key = `x${at}`;
        // Along one random direction: every entry has a share in the slope.
        const direction = Float32Array.from(values[key]!, () => (random() < 0.5 ? -1 : 1));
        const step = scale / 4;
        const moved = (by: number) => {
          const there = values[key]!.map((value, i) => value + by * direction[i]!);
          return dot(call(native!, `y_${index}`, { ...values, [key]: there }).y!, dy);
        };
        const slope = (moved(step) - moved(-step)) / (2 * step);
        const expected = dot(found[`dx${at}`]!, direction);
        const size = Math.sqrt(dot(found[`dx${at}`]!, found[`dx${at}`]!));
        expect(Math.abs(slope - expected), key).toBeLessThan(0.01 * size + 1e-4);
      }
    });

    it("is tfjs's own", ({ skip }) => {
      if (!native) return skip();
      const { tf } = native;
      const found = call(native, `dx_${index}`, { ...values, dy });
      const expected = tf.tidy(() =>
        tf
          .grads((...inputs: EagerTensor[]) => reference(tf, inputs))(
            shapes.map((shape, at) => tf.tensor(values[`x${at}`]!, shape as number[])),
            tf.tensor(dy, outputShapes[index]!),
          )
          .map((tensor) => Float32Array.from(tensor.dataSync())),
      );
      for (const [at, gradient] of expected.entries()) {
        const other = found[`dx${at}`]!;
        expect(other.length).toBe(gradient.length);
        const size = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
        const apart = gradient.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
        expect(apart / size, `x${at}`).toBeLessThan(1e-5);
      }
    });
  },
);
