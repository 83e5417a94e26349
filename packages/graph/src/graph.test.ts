import { describe, expect, it } from 'vitest';
import { createGraph, GRAPH_ERRORS, gradients, savedModelBytes } from './index.ts';
import * as op from './operations.ts';
import { broadcastShape, scaledSide } from './shape.ts';

describe('shapes', () => {
  it('keep the fraction of a side that is not known yet', () => {
    expect(scaledSide('h', 0.5)).toBe('h/2');
    expect(scaledSide(scaledSide('h', 0.5), 0.5)).toBe('h/4');
    expect(scaledSide(scaledSide('h', 0.5), 2)).toBe('h');
    expect(scaledSide('h', 2)).toBe('h*2');
    expect(scaledSide('h*2', 0.5)).toBe('h');
    expect(scaledSide(12, 0.5)).toBe(6);
  });
  it('broadcast as TensorFlow broadcasts', () => {
    expect(broadcastShape(['n', 4, 1], [1, 3])).toEqual(['n', 4, 3]);
    expect(broadcastShape(['n', 4], ['h', 4])).toBeNull();
  });
});

describe('building', () => {
  it('[SHAPE_MISMATCH] names the node and both shapes', () => {
    const graph = createGraph();
    const x = op.placeholder(graph, 'x', ['n', 'h', 'w', 3]);
    const filter = op.placeholder(graph, 'filter', [3, 3, 4, 8]);
    expect(() => op.conv2d(graph, 'first/conv', x, filter)).toThrow(
      'SHAPE_MISMATCH: Expected the filter of node first/conv to be [3, 3, 3, 8], but [3, 3, 4, 8] came.',
    );
    expect(() => op.concatChannels(graph, 'join', x, op.maxPool(graph, 'pool', x))).toThrow(
      /node join to be \[n, h, w, 3\], but \[n, h\/2, w\/2, 3\] came/,
    );
    expect(() => op.biasAdd(graph, 'bias', x, op.constant(graph, 'b', [1, 2]))).toThrow(
      /SHAPE_MISMATCH.*node bias.*\[3\].*\[2\]/,
    );
  });
  it('[TYPE_MISMATCH] names the node and both types', () => {
    const graph = createGraph();
    const x = op.placeholder(graph, 'x', ['n', 2]);
    const half = op.cast(graph, 'half', x, 'bfloat16');
    expect(() => op.binary(graph, 'Mul', 'product', x, half)).toThrow(/node product.*float32, but bfloat16/);
  });
  it('[NAME_INVALID] refuses what TensorFlow would, and numbers a name used twice', () => {
    const graph = createGraph();
    expect(() => op.scalar(graph, 'a b', 1)).toThrow(/NAME_INVALID.*"a b"/);
    expect([1, 2, 3].map((value) => op.scalar(graph, 'same', value).node.name)).toEqual([
      'same',
      'same_1',
      'same_2',
    ]);
  });
});

describe('gradients', () => {
  it('have the shapes of their parameters, broadcasting undone', () => {
    const graph = createGraph();
    const x = op.placeholder(graph, 'x', ['n', 'h', 'w', 3]);
    const scale = op.placeholder(graph, 'scale', [3]);
    const y = op.binary(graph, 'AddV2', 'y', op.binary(graph, 'Mul', 'scaled', x, scale), scale);
    const [dscale, dx] = gradients(
      graph,
      [{ tensor: y, dy: op.placeholder(graph, 'dy', y.shape) }],
      [scale, x],
    );
    expect(dscale!.shape).toEqual([3]);
    expect(dx!.shape).toEqual(['n', 'h', 'w', 3]);
  });
  it('[NOT_DIFFERENTIABLE] [UNREACHED] say where the path ends', () => {
    const graph = createGraph();
    const x = op.placeholder(graph, 'x', [3]);
    const y = op.unary(graph, 'Abs', 'root', x);
    const dy = op.placeholder(graph, 'dy', [3]);
    expect(() => gradients(graph, [{ tensor: y, dy }], [x])).toThrow(/NOT_DIFFERENTIABLE.*root is a Abs/);
    expect(() => gradients(graph, [{ tensor: y, dy }], [op.placeholder(graph, 'other', [3])])).toThrow(
      /UNREACHED: Expected other/,
    );
  });
});

it('every error says what was expected, what came and what to do', () => {
  const fields = { node: 'a', what: 'b', expected: 'c', came: 'd', op: 'e' };
  for (const [code, sentence] of Object.entries(GRAPH_ERRORS)) {
    expect((sentence as (fields: object) => string)(fields), code).toMatch(/^Expected .*, but .*\. .*\.$/);
  }
});

it('the same graph gives the same bytes', () => {
  const bytes = () => {
    const graph = createGraph();
    const x = op.placeholder(graph, 'x', ['n', 2]);
    const y = op.unary(graph, 'Relu', 'y', x);
    const about = { tensorflowVersion: '2.21.0', producer: 2474 };
    return savedModelBytes(graph, { call: { inputs: { x }, outputs: { y } } }, about);
  };
  expect(bytes()).toEqual(bytes());
  expect(Buffer.from(bytes()).toString('latin1')).toContain('Placeholder');
});
