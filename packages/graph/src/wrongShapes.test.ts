/** Every operation refuses wrong shapes and types while building, in a sentence that names the node and both. */
import { expect, it } from 'vitest';
import {
  createGraph,
  type DataType,
  flatten,
  type Graph,
  gradients,
  reshape,
  type Shape,
  unflatten,
} from './index.ts';
import * as op from './operations.ts';

type X = (shape: Shape, type?: DataType) => ReturnType<typeof op.placeholder>;

const image = ['n', 'h', 'w', 3] as const;

/** Operation, the code, what is done wrong at a node named `here`, what is expected, what comes. */
const CASES: readonly [string, string, (graph: Graph, x: X) => unknown, string, string][] = [
  [
    'conv2d',
    'SHAPE',
    (g, x) => op.conv2d(g, 'here', x(image), x([3, 3, 4, 8])),
    '[3, 3, 3, 8]',
    '[3, 3, 4, 8]',
  ],
  ['conv2d', 'SHAPE', (g, x) => op.conv2d(g, 'here', x([5, 3]), x([3, 3, 3, 8])), 'of rank 4', '[5, 3]'],
  ['conv2d', 'SHAPE', (g, x) => op.conv2d(g, 'here', x(image), x([3, 8])), 'of rank 4', '[3, 8]'],
  [
    'conv2d',
    'TYPE',
    (g, x) => op.conv2d(g, 'here', x(image), x([3, 3, 3, 8], 'bfloat16')),
    'float32',
    'bfloat16',
  ],
  ['biasAdd', 'SHAPE', (g, x) => op.biasAdd(g, 'here', x(image), x([2])), '[3]', '[2]'],
  ['biasAdd', 'TYPE', (g, x) => op.biasAdd(g, 'here', x(image), x([3], 'bfloat16')), 'float32', 'bfloat16'],
  ['binary', 'SHAPE', (g, x) => op.binary(g, 'AddV2', 'here', x([2, 3]), x([2, 4])), '[2, 3]', '[2, 4]'],
  ['binary', 'SHAPE', (g, x) => op.binary(g, 'Mul', 'here', x(['n', 3]), x(['h', 3])), '[n, 3]', '[h, 3]'],
  ['binary', 'TYPE', (g, x) => op.binary(g, 'Sub', 'here', x([2]), x([2], 'int32')), 'float32', 'int32'],
  ['maxPool', 'SHAPE', (g, x) => op.maxPool(g, 'here', x([4, 4])), 'of rank 4', '[4, 4]'],
  ['maxPool', 'SHAPE', (g, x) => op.maxPool(g, 'here', x([1, 5, 4, 2])), 'even', '[1, 5, 4, 2]'],
  ['avgPool', 'SHAPE', (g, x) => op.avgPool(g, 'here', x([4])), 'of rank 4', '[4]'],
  ['upsample', 'SHAPE', (g, x) => op.upsample(g, 'here', x([4, 4, 1])), 'of rank 4', '[4, 4, 1]'],
  [
    'concatChannels',
    'SHAPE',
    (g, x) => op.concatChannels(g, 'here', x(image), x(['n', 'h/2', 'w/2', 5])),
    '[n, h, w, 5]',
    '[n, h/2, w/2, 5]',
  ],
  [
    'concatChannels',
    'TYPE',
    (g, x) => op.concatChannels(g, 'here', x([2]), x([3], 'bfloat16')),
    'float32',
    'bfloat16',
  ],
  ['addN', 'SHAPE', (g, x) => op.addN(g, 'here', [x([2, 3]), x([3, 2])]), '[2, 3]', '[3, 2]'],
  ['addN', 'TYPE', (g, x) => op.addN(g, 'here', [x([2]), x([2], 'int32')]), 'float32', 'int32'],
  ['sum', 'SHAPE', (g, x) => op.sum(g, 'here', x([2, 3]), [2], true), 'of rank above 2', '[2, 3]'],
  ['constant', 'SHAPE', (g) => op.constant(g, 'here', [1, 2, 3], [2, 2]), '3 values', '[2, 2]'],
  ['readVariable', 'TYPE', (g, x) => op.readVariable(g, 'here', x([2]), [2]), 'resource', 'float32'],
  ['assignVariable', 'TYPE', (g, x) => op.assignVariable(g, 'here', x([2]), x([2])), 'resource', 'float32'],
  ['branch', 'SHAPE', (g, x) => op.branch(g, 'here', x([2]), x([2], 'bool')), '[]', '[2]'],
  ['branch', 'TYPE', (g, x) => op.branch(g, 'here', x([2]), x([])), 'bool', 'float32'],
  ['merge', 'SHAPE', (g, x) => op.merge(g, 'here', x([2]), x([3])), '[2]', '[3]'],
  [
    'applyAdam',
    'SHAPE',
    (g, x) => {
      const [one, gradient] = [x([]), x([3, 2])];
      const handle = op.variable(g, 'v', [2, 3]);
      const [values, mean, variance] = [handle, handle, handle];
      const constants = { rate: one, beta1: one, beta2: one, epsilon: one, zero: one };
      return op.applyAdam(g, 'here', [2, 3], { values, mean, variance, ...constants, gradient });
    },
    '[2, 3]',
    '[3, 2]',
  ],
  ['reshape', 'SHAPE', (g, x) => reshape(g, 'here', x([2, 3]), [4]), '[4]', '[2, 3]'],
  ['flatten', 'TYPE', (g, x) => flatten(g, 'here', [x([2]), x([2], 'int32')]), 'float32', 'int32'],
  ['unflatten', 'SHAPE', (g, x) => unflatten(g, 'here', x([7]), [[2, 2], [2]]), '[6]', '[7]'],
  [
    'gradients',
    'SHAPE',
    (g, x) => {
      const from = x([2, 3]);
      const y = op.unary(g, 'Relu', 'y', from);
      return gradients(g, [{ tensor: y, dy: op.placeholder(g, 'here', [3]) }], [from]);
    },
    '[2, 3]',
    '[3]',
  ],
];

it.each(CASES)('[%s] [%s_MISMATCH] %#', (_, code, wrong, expected, came) => {
  const graph = createGraph();
  let count = 0;
  const build = () =>
    wrong(graph, (shape, type) => {
      count += 1;
      return op.placeholder(graph, `input${count}`, shape, type);
    });
  expect(build).toThrow(new RegExp(`^${code}_MISMATCH: .*node here\\b`));
  expect(build).toThrow(expected);
  expect(build).toThrow(came);
});

it('has a case of every operation that can be given a wrong shape', () => {
  const covered = new Set(CASES.map(([name]) => name));
  // These take any tensor, or none.
  const anything = [
    'one',
    'placeholder',
    'scalar',
    'unary',
    'heightAndWidth',
    'shapeOf',
    'cast',
    'halfSquares',
    'logSoftmax',
    'finite',
    'variable',
    'after',
    'withGradient',
    'convAttributes',
    'poolAttributes',
  ];
  const missing = Object.keys(op).filter((name) => !covered.has(name) && !anything.includes(name));
  expect(missing).toEqual([]);
});
