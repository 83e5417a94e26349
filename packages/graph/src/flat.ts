/** Many tensors as one vector and back: what crosses a border is one tensor, not sixty. */
import { expectShape, expectType, type Graph, type Tensor } from './graph.ts';
import { constant, one, scalar } from './operations.ts';
import type { Shape } from './shape.ts';

const countOf = (shape: Shape) => shape.reduce<number>((product, side) => product * (side as number), 1);

/** The same values in another shape whose sides are all known. */
export function reshape(graph: Graph, name: string, x: Tensor, shape: readonly number[]): Tensor {
  const count = countOf(shape);
  if (x.shape.every((side) => typeof side === 'number') && countOf(x.shape) !== count) {
    expectShape(name, 'the input', x, shape);
  }
  const to = constant(graph, `${name}/shape`, shape, [shape.length], 'int32');
  const attributes = { T: { type: x.type }, Tshape: { type: 'int32' } } as const;
  return one(graph, 'Reshape', name, [x, to], { shape, type: x.type }, attributes);
}

/** All values of all tensors, one after another; their sides must be known: [sum of sizes]. */
export function flatten(graph: Graph, name: string, tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  const vectors = tensors.map((tensor, at) => {
    expectType(name, `input ${at}`, tensor, first!.type);
    return tensor.shape.length === 1
      ? tensor
      : reshape(graph, `${name}/${at}`, tensor, [countOf(tensor.shape)]);
  });
  const length = vectors.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  return one(
    graph,
    'ConcatV2',
    name,
    [...vectors, scalar(graph, `${name}/axis`, 0, 'int32')],
    { shape: [length], type: first!.type },
    { T: { type: first!.type }, N: { i: vectors.length }, Tidx: { type: 'int32' } },
  );
}

/** The tensors of those shapes that lie one after another in `vector`. */
export function unflatten(
  graph: Graph,
  name: string,
  vector: Tensor,
  shapes: readonly (readonly number[])[],
): Tensor[] {
  const sizes = shapes.map(countOf);
  expectShape(name, 'the vector', vector, [sizes.reduce((sum, size) => sum + size, 0)]);
  const { outputs } = graph.add({
    op: 'SplitV',
    name,
    inputs: [
      vector,
      constant(graph, `${name}/sizes`, sizes, [sizes.length], 'int32'),
      scalar(graph, `${name}/axis`, 0, 'int32'),
    ],
    attributes: { T: { type: vector.type }, Tlen: { type: 'int32' }, num_split: { i: sizes.length } },
    outputs: sizes.map((size) => ({ shape: [size], type: vector.type })),
  });
  return outputs.map((part, at) => reshape(graph, `${name}/${at}`, part, shapes[at]!));
}
