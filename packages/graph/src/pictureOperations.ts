/** The operations that prepare a picture inside a graph: comparing, selecting, sorting, gathering, cutting. No gradients. */
import { type DataType, expectShape, expectType, type Graph, shapeMismatch, type Tensor } from './graph.ts';
import { constant, shapeOf } from './operations.ts';
import { broadcastShape, describeShape, type Shape, type Side } from './shape.ts';

/** Element by element over two numbers of one type that broadcast against each other. */
export function arithmetic(
  graph: Graph,
  op: 'AddV2' | 'Sub' | 'Mul' | 'RealDiv' | 'FloorDiv' | 'FloorMod' | 'Maximum' | 'Minimum',
  name: string,
  a: Tensor,
  b: Tensor,
): Tensor {
  return pairwise(graph, op, name, [a, b], a.type);
}

/** Element by element, as truth. */
export function compare(
  graph: Graph,
  op: 'Equal' | 'Greater' | 'GreaterEqual' | 'LessEqual',
  name: string,
  a: Tensor,
  b: Tensor,
): Tensor {
  return pairwise(graph, op, name, [a, b], 'bool');
}

function pairwise(
  graph: Graph,
  op: string,
  name: string,
  [a, b]: readonly [Tensor, Tensor],
  type: DataType,
): Tensor {
  expectType(name, 'the second input', b, a.type);
  const attributes = { T: { type: a.type } } as const;
  return graph.add({ op, name, inputs: [a, b], attributes, outputs: [{ shape: joined(name, a, b), type }] })
    .outputs[0]!;
}

function joined(name: string, a: Tensor, b: Tensor): Shape {
  const shape = broadcastShape(a.shape, b.shape);
  if (!shape) throw shapeMismatch(name, 'the second input', `like ${describeShape(a.shape)}`, b);
  return shape;
}

/** Both true. */
export function both(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  expectType(name, 'the first input', a, 'bool');
  expectType(name, 'the second input', b, 'bool');
  const output = { shape: joined(name, a, b), type: 'bool' } as const;
  return graph.add({ op: 'LogicalAnd', name, inputs: [a, b], outputs: [output] }).outputs[0]!;
}

/** `yes` where the condition holds, else `no`; all three broadcast. */
export function select(graph: Graph, name: string, condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  expectType(name, 'the condition', condition, 'bool');
  expectType(name, 'the second choice', no, yes.type);
  const shape = broadcastShape(condition.shape, joined(name, yes, no));
  if (!shape) throw shapeMismatch(name, 'the condition', `like ${describeShape(yes.shape)}`, condition);
  const attributes = { T: { type: yes.type } } as const;
  const inputs = [condition, yes, no];
  return graph.add({ op: 'SelectV2', name, inputs, attributes, outputs: [{ shape, type: yes.type }] })
    .outputs[0]!;
}

export function floatUnary(
  graph: Graph,
  op: 'Floor' | 'Sqrt' | 'Neg' | 'Softmax',
  name: string,
  x: Tensor,
): Tensor {
  return graph.add({ op, name, inputs: [x], attributes: { T: { type: x.type } }, outputs: [x] }).outputs[0]!;
}

/** x with `shape`; `sides` (int32, one −1 allowed) are what they are when the graph runs. */
export function reshapeBy(graph: Graph, name: string, x: Tensor, sides: Tensor, shape: Shape): Tensor {
  expectShape(name, 'the sides', sides, [shape.length]);
  const attributes = { T: { type: x.type }, Tshape: { type: 'int32' } } as const;
  const outputs = [{ shape, type: x.type }];
  return graph.add({ op: 'Reshape', name, inputs: [x, sides], attributes, outputs }).outputs[0]!;
}

/** One of x's sides as it is when the graph runs, []. */
export function sideOf(graph: Graph, name: string, x: Tensor, axis: number): Tensor {
  const at = constant(graph, `${name}/at`, [axis], [], 'int32');
  return gather(graph, name, shapeOf(graph, `${name}/shape`, x), at, 0, []);
}

/** The slices of x along `axis` that `indices` name; `sides` are the symbols of the indices' own shape. */
export function gather(
  graph: Graph,
  name: string,
  x: Tensor,
  indices: Tensor,
  axis: number,
  sides: readonly Side[],
): Tensor {
  expectType(name, 'the indices', indices, 'int32');
  const shape = [...x.shape.slice(0, axis), ...sides, ...x.shape.slice(axis + 1)];
  const along = constant(graph, `${name}/axis`, [axis], [], 'int32');
  const attributes = {
    Tparams: { type: x.type },
    Tindices: { type: 'int32' },
    Taxis: { type: 'int32' },
    batch_dims: { i: 0 },
  } as const;
  const outputs = [{ shape, type: x.type }];
  return graph.add({ op: 'GatherV2', name, inputs: [x, indices, along], attributes, outputs }).outputs[0]!;
}

/** The `rank`-th greatest value of each row, counted from 0: [n, p] and [] int32 → [n, 1]. */
export function orderStatistic(graph: Graph, name: string, x: Tensor, rank: Tensor): Tensor {
  const one = constant(graph, `${name}/one`, [1], [], 'int32');
  const found = graph.add({
    op: 'TopKV2',
    name: `${name}/greatest`,
    inputs: [x, arithmetic(graph, 'AddV2', `${name}/count`, rank, one)],
    attributes: {
      T: { type: x.type },
      sorted: { b: true },
      Tk: { type: 'int32' },
      index_type: { type: 'int32' },
    },
    outputs: [
      { shape: [x.shape[0]!, 'k'], type: x.type },
      { shape: [x.shape[0]!, 'k'], type: 'int32' },
    ],
  });
  const sides = constant(graph, `${name}/sides`, [1], [1], 'int32');
  const wanted = graph.add({
    op: 'Reshape',
    name: `${name}/wanted`,
    inputs: [rank, sides],
    attributes: { T: { type: 'int32' }, Tshape: { type: 'int32' } },
    outputs: [{ shape: [1], type: 'int32' }],
  });
  return gather(graph, name, found.outputs[0]!, wanted.outputs[0]!, 1, [1]);
}

/** The whole numbers from `from` up to and without `to`, both []. */
export function range(graph: Graph, name: string, from: Tensor, to: Tensor, side: Side): Tensor {
  const step = constant(graph, `${name}/step`, [1], [], 'int32');
  const attributes = { Tidx: { type: 'int32' } } as const;
  const outputs = [{ shape: [side], type: 'int32' }] as const;
  return graph.add({ op: 'Range', name, inputs: [from, to, step], attributes, outputs }).outputs[0]!;
}

/** The part of x that begins at `begin` and has `size` (int32, one number a side); `shape` is what that means. */
export function slice(
  graph: Graph,
  name: string,
  x: Tensor,
  begin: readonly number[],
  size: Tensor,
  shape: Shape,
) {
  const from = constant(graph, `${name}/begin`, begin, [begin.length], 'int32');
  expectShape(name, 'the size', size, [x.shape.length]);
  const attributes = { T: { type: x.type }, Index: { type: 'int32' } } as const;
  const outputs = [{ shape, type: x.type }];
  return graph.add({ op: 'Slice', name, inputs: [x, from, size], attributes, outputs }).outputs[0]!;
}
