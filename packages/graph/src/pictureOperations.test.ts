/** What goes wrong while a graph is built is told by the node's name and both shapes. What they compute: training's saved models. */
import { expect, it } from 'vitest';
import { createGraph } from './graph.ts';
import { constant, placeholder, scalar } from './operations.ts';
import {
  arithmetic,
  both,
  compare,
  gather,
  orderStatistic,
  reshapeBy,
  select,
  slice,
} from './pictureOperations.ts';

const graph = createGraph();
const image = placeholder(graph, 'image', ['n', 'h', 'w', 1]);
const three = constant(graph, 'three', [1, 2, 3]);
const two = constant(graph, 'two', [1, 2]);
const whole = constant(graph, 'whole', [1, 2, 3], [3], 'int32');

it('shapes come out as they are computed', () => {
  expect(arithmetic(graph, 'Mul', 'times', image, scalar(graph, 's', 2)).shape).toEqual(['n', 'h', 'w', 1]);
  expect(compare(graph, 'Greater', 'greater', three, three)).toMatchObject({ shape: [3], type: 'bool' });
  expect(gather(graph, 'rows', image, whole, 1, ['r']).shape).toEqual(['n', 'r', 'w', 1]);
  const flat = placeholder(graph, 'flat', ['n', 'p']);
  const rank = scalar(graph, 'rank', 2, 'int32');
  expect(orderStatistic(graph, 'third', flat, rank)).toMatchObject({ shape: ['n', 1], type: 'float32' });
  const condition = compare(graph, 'Equal', 'equal', three, three);
  expect(select(graph, 'chosen', condition, scalar(graph, 'a', 1), three).shape).toEqual([3]);
});

it('[SHAPE_MISMATCH] names the node and both shapes', () => {
  expect(() => arithmetic(graph, 'Sub', 'difference', three, two)).toThrow(
    /SHAPE_MISMATCH.*difference.*\[3\].*\[2\]/,
  );
  expect(() => reshapeBy(graph, 'again', image, whole, ['n', 'h'])).toThrow(
    /SHAPE_MISMATCH.*again.*\[2\].*\[3\]/,
  );
  expect(() => slice(graph, 'part', image, [0, 0, 0, 0], whole, ['n', 2, 2, 1])).toThrow(
    /SHAPE_MISMATCH.*part.*\[4\].*\[3\]/,
  );
});

it('[TYPE_MISMATCH] names the node and both types', () => {
  expect(() => arithmetic(graph, 'AddV2', 'sum', three, whole)).toThrow(/TYPE_MISMATCH.*sum.*float32.*int32/);
  expect(() => both(graph, 'both', three, three)).toThrow(/TYPE_MISMATCH.*both.*bool.*float32/);
  expect(() => gather(graph, 'picked', image, three, 1, ['r'])).toThrow(/TYPE_MISMATCH.*picked.*int32/);
});
