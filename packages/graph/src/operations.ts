/** The operations a network and its step are made of: each checks its shapes and adds one node (or two). */
import {
  type ClosedForm,
  type DataType,
  expectShape,
  expectType,
  type Graph,
  type Node,
  shapeMismatch,
  type Tensor,
} from './graph.ts';
import { broadcastShape, describeShape, type Shape, scaledSide } from './shape.ts';

/** Adds a node with one output and returns that. */
export function one(
  graph: Graph,
  op: string,
  name: string,
  inputs: readonly Tensor[],
  output: { shape: Shape; type: DataType },
  attributes: Parameters<Graph['add']>[0]['attributes'] = {},
): Tensor {
  return graph.add({ op, name, inputs, attributes, outputs: [output] }).outputs[0]!;
}

const NHWC = { data_format: { s: 'NHWC' } } as const;

export function placeholder(graph: Graph, name: string, shape: Shape, type: DataType = 'float32'): Tensor {
  return one(graph, 'Placeholder', name, [], { shape, type }, { dtype: { type }, shape: { shape } });
}

/** A constant of any rank; `values` in row-major order. */
export function constant(
  graph: Graph,
  name: string,
  values: ArrayLike<number>,
  shape: readonly number[] = [values.length],
  type: DataType = 'float32',
): Tensor {
  const count = shape.reduce((product, side) => product * side, 1);
  const node = graph.add({
    op: 'Const',
    name,
    attributes: { dtype: { type }, value: { tensor: { type, shape, values } } },
    outputs: [{ shape, type }],
  });
  if (values.length !== count) {
    throw shapeMismatch(name, 'the values', `${values.length} values`, node.outputs[0]!);
  }
  return node.outputs[0]!;
}

export function scalar(graph: Graph, name: string, value: number, type: DataType = 'float32'): Tensor {
  return constant(graph, name, [value], [], type);
}

/** x [n, h, w, c], filter [k, l, c, d] → [n, h, w, d]: stride 1, zero padding to the same size. */
export function conv2d(graph: Graph, name: string, x: Tensor, filter: Tensor): Tensor {
  expectRank(name, 'the image', x, 4);
  expectRank(name, 'the filter', filter, 4);
  expectType(name, 'the filter', filter, x.type);
  const [height, width, , channels] = filter.shape as [number, number, number, number];
  expectShape(name, 'the filter', filter, [height, width, x.shape[3]!, channels]);
  const shape = [...x.shape.slice(0, 3), channels];
  return one(graph, 'Conv2D', name, [x, filter], { shape, type: x.type }, convAttributes(x.type));
}

export function convAttributes(type: DataType) {
  return {
    T: { type },
    strides: { ints: [1, 1, 1, 1] },
    padding: { s: 'SAME' },
    dilations: { ints: [1, 1, 1, 1] },
    ...NHWC,
  } as const;
}

/** x [..., c] + bias [c]. */
export function biasAdd(graph: Graph, name: string, x: Tensor, bias: Tensor): Tensor {
  expectType(name, 'the bias', bias, x.type);
  expectShape(name, 'the bias', bias, x.shape.slice(-1));
  return one(graph, 'BiasAdd', name, [x, bias], x, { T: { type: x.type }, ...NHWC });
}

/** Element by element, same shape and type. */
export function unary(
  graph: Graph,
  op: 'Relu' | 'Sigmoid' | 'Abs' | 'Neg' | 'Exp' | 'Log1p' | 'Rsqrt',
  name: string,
  x: Tensor,
): Tensor {
  return one(graph, op, name, [x], x, { T: { type: x.type } });
}

/** Element by element over two tensors that broadcast against each other. */
export function binary(
  graph: Graph,
  op: 'AddV2' | 'Sub' | 'Mul' | 'RealDiv' | 'ReluGrad',
  name: string,
  a: Tensor,
  b: Tensor,
): Tensor {
  expectType(name, 'the second input', b, a.type);
  const shape = broadcastShape(a.shape, b.shape);
  if (!shape) throw shapeMismatch(name, 'the second input', `like ${describeShape(a.shape)}`, b);
  return one(graph, op, name, [a, b], { shape, type: a.type }, { T: { type: a.type } });
}

/** Greatest of each 2 × 2 block: [n, h, w, c] → [n, h/2, w/2, c]. */
export function maxPool(graph: Graph, name: string, x: Tensor): Tensor {
  expectEven(name, x);
  return one(graph, 'MaxPool', name, [x], { shape: resized(x, 0.5), type: x.type }, poolAttributes(x.type));
}

/** Mean of each 2 × 2 block: [n, h, w, c] → [n, h/2, w/2, c]. */
export function avgPool(graph: Graph, name: string, x: Tensor): Tensor {
  expectEven(name, x);
  return one(graph, 'AvgPool', name, [x], { shape: resized(x, 0.5), type: x.type }, poolAttributes(x.type));
}

export function poolAttributes(type: DataType) {
  return {
    T: { type },
    ksize: { ints: [1, 2, 2, 1] },
    strides: { ints: [1, 2, 2, 1] },
    padding: { s: 'VALID' },
    ...NHWC,
  } as const;
}

/** Blocks of 2 × 2 need an even height and width. */
function expectEven(name: string, x: Tensor): void {
  expectRank(name, 'the image', x, 4);
  if (x.shape.slice(1, 3).some((side) => typeof side === 'number' && side % 2 !== 0)) {
    throw shapeMismatch(name, 'the image', 'of even height and width', x);
  }
}

function resized(x: Tensor, factor: number): Shape {
  const [n, height, width, channels] = x.shape as [Shape[0], Shape[0], Shape[0], Shape[0]];
  return [n, scaledSide(height, factor), scaledSide(width, factor), channels];
}

/** Every pixel becomes a 2 × 2 block: [n, h, w, c] → [n, 2h, 2w, c]. */
export function upsample(graph: Graph, name: string, x: Tensor): Tensor {
  expectRank(name, 'the image', x, 4);
  const two = constant(graph, `${name}/two`, [2, 2], [2], 'int32');
  const size = binary(graph, 'Mul', `${name}/size`, two, heightAndWidth(graph, `${name}/from`, x));
  const attributes = {
    T: { type: x.type },
    align_corners: { b: false },
    half_pixel_centers: { b: false },
  } as const;
  const output = { shape: resized(x, 2), type: x.type };
  return one(graph, 'ResizeNearestNeighbor', name, [x, size], output, attributes);
}

/** [2] int32: height and width of x [n, h, w, c], as they are when the graph runs. */
export function heightAndWidth(graph: Graph, name: string, x: Tensor): Tensor {
  const bound = (end: string, value: number) => constant(graph, `${name}/${end}`, [value], [1], 'int32');
  const inputs = [shapeOf(graph, `${name}/shape`, x), bound('begin', 1), bound('end', 3), bound('stride', 1)];
  const mask = (bits: number) => ({ i: bits });
  return one(
    graph,
    'StridedSlice',
    name,
    inputs,
    { shape: [2], type: 'int32' },
    {
      T: { type: 'int32' },
      Index: { type: 'int32' },
      begin_mask: mask(0),
      end_mask: mask(0),
      ellipsis_mask: mask(0),
      new_axis_mask: mask(0),
      shrink_axis_mask: mask(0),
    },
  );
}

/** [rank] int32: the shape that x has when the graph runs. */
export function shapeOf(graph: Graph, name: string, x: Tensor): Tensor {
  const output = { shape: [x.shape.length], type: 'int32' } as const;
  return one(graph, 'Shape', name, [x], output, { T: { type: x.type }, out_type: { type: 'int32' } });
}

/** Channels of a, then channels of b. */
export function concatChannels(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  const last = a.shape.length - 1;
  const [channelsA, channelsB] = [a.shape[last], b.shape[last]] as [number, number];
  expectType(name, 'the second input', b, a.type);
  expectShape(name, 'the second input', b, [...a.shape.slice(0, last), channelsB]);
  const axis = scalar(graph, `${name}/axis`, last, 'int32');
  const shape = [...a.shape.slice(0, last), channelsA + channelsB];
  return one(
    graph,
    'ConcatV2',
    name,
    [a, b, axis],
    { shape, type: a.type },
    { T: { type: a.type }, N: { i: 2 }, Tidx: { type: 'int32' } },
  );
}

export function cast(graph: Graph, name: string, x: Tensor, type: DataType): Tensor {
  if (x.type === type) return x;
  const attributes = { SrcT: { type: x.type }, DstT: { type }, Truncate: { b: false } } as const;
  return one(graph, 'Cast', name, [x], { shape: x.shape, type }, attributes);
}

/** The same tensor, with a gradient in closed form for all that lies between it and the tensors that form names. */
export function withGradient(graph: Graph, name: string, x: Tensor, closedForm: ClosedForm): Tensor {
  const attributes = { T: { type: x.type } } as const;
  return graph.add({ op: 'Identity', name, inputs: [x], attributes, outputs: [x], closedForm }).outputs[0]!;
}

/** Sum over `axes`, which stay as sides of 1 with `keep`. */
export function sum(graph: Graph, name: string, x: Tensor, axes: readonly number[], keep: boolean): Tensor {
  const last = Math.max(...axes);
  if (last >= x.shape.length) throw shapeMismatch(name, 'the input', `of rank above ${last}`, x);
  const shape = keep
    ? x.shape.map((side, at) => (axes.includes(at) ? 1 : side))
    : x.shape.filter((_, at) => !axes.includes(at));
  const over = constant(graph, `${name}/axes`, axes, [axes.length], 'int32');
  return one(
    graph,
    'Sum',
    name,
    [x, over],
    { shape, type: x.type },
    { T: { type: x.type }, Tidx: { type: 'int32' }, keep_dims: { b: keep } },
  );
}

/** Sum of tensors of one shape. */
export function addN(graph: Graph, name: string, tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (tensors.length === 1) return first!;
  for (const tensor of tensors) {
    expectType(name, 'every input', tensor, first!.type);
    expectShape(name, 'every input', tensor, first!.shape);
  }
  return one(graph, 'AddN', name, tensors, first!, { T: { type: first!.type }, N: { i: tensors.length } });
}

/** Half the sum of squares of all values, []. */
export function halfSquares(graph: Graph, name: string, x: Tensor): Tensor {
  return one(graph, 'L2Loss', name, [x], { shape: [], type: x.type }, { T: { type: x.type } });
}

/** Logarithm of the softmax over the last axis. */
export function logSoftmax(graph: Graph, name: string, x: Tensor): Tensor {
  return one(graph, 'LogSoftmax', name, [x], x, { T: { type: x.type } });
}

export function finite(graph: Graph, name: string, x: Tensor): Tensor {
  return one(graph, 'IsFinite', name, [x], { shape: x.shape, type: 'bool' }, { T: { type: x.type } });
}

/** A tensor of `shape` variables: its handle, to be read, assigned and updated. */
export function variable(graph: Graph, name: string, shape: readonly number[]): Tensor {
  return one(
    graph,
    'VarHandleOp',
    name,
    [],
    { shape: [], type: 'resource' },
    {
      dtype: { type: 'float32' },
      shape: { shape },
      shared_name: { s: name },
      container: { s: '' },
    },
  );
}

/** The value of a variable; `controls` run before it is read. */
export function readVariable(
  graph: Graph,
  name: string,
  handle: Tensor,
  shape: readonly number[],
  controls: readonly Node[] = [],
): Tensor {
  expectType(name, 'the handle', handle, 'resource');
  const node = graph.add({
    op: 'ReadVariableOp',
    name,
    inputs: [handle],
    controls,
    attributes: { dtype: { type: 'float32' } },
    outputs: [{ shape, type: 'float32' }],
  });
  return node.outputs[0]!;
}

export function assignVariable(graph: Graph, name: string, handle: Tensor, value: Tensor): Node {
  expectType(name, 'the handle', handle, 'resource');
  return graph.add({
    op: 'AssignVariableOp',
    name,
    inputs: [handle, value],
    attributes: { dtype: { type: value.type } },
    outputs: [],
  });
}

/** Passes x on to output 0 where `condition` is false and to output 1 where it is true; the other end stays dead. */
export function branch(graph: Graph, name: string, x: Tensor, condition: Tensor): [Tensor, Tensor] {
  expectType(name, 'the condition', condition, 'bool');
  expectShape(name, 'the condition', condition, []);
  const node = graph.add({
    op: 'Switch',
    name,
    inputs: [x, condition],
    attributes: { T: { type: x.type } },
    outputs: [x, x],
  });
  return [node.outputs[0]!, node.outputs[1]!];
}

/** Whichever of both is not dead. */
export function merge(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  expectShape(name, 'the second input', b, a.shape);
  const node = graph.add({
    op: 'Merge',
    name,
    inputs: [a, b],
    attributes: { T: { type: a.type }, N: { i: 2 } },
    outputs: [a, { shape: [], type: 'int32' }],
  });
  return node.outputs[0]!;
}

/** The same tensor, once `controls` have run. */
export function after(graph: Graph, name: string, x: Tensor, controls: readonly Node[]): Tensor {
  const attributes = { T: { type: x.type } } as const;
  return graph.add({ op: 'Identity', name, inputs: [x], controls, attributes, outputs: [x] }).outputs[0]!;
}

export interface AdamInputs {
  /** Handles of the variable and of its two moments. */
  values: Tensor;
  mean: Tensor;
  variance: Tensor;
  /** Step size with both corrections already in it, []. */
  rate: Tensor;
  beta1: Tensor;
  beta2: Tensor;
  epsilon: Tensor;
  /** A scalar 0: the corrections are in the rate. */
  zero: Tensor;
  gradient: Tensor;
}

/** One step of Adam on one variable. */
export function applyAdam(graph: Graph, name: string, shape: readonly number[], inputs: AdamInputs): Node {
  const { values, mean, variance, rate, beta1, beta2, epsilon, zero, gradient } = inputs;
  expectShape(name, 'the gradient', gradient, shape);
  return graph.add({
    op: 'ResourceApplyAdam',
    name,
    inputs: [values, mean, variance, zero, zero, rate, beta1, beta2, epsilon, gradient],
    attributes: { T: { type: 'float32' }, use_locking: { b: false }, use_nesterov: { b: false } },
    outputs: [],
  });
}

function expectRank(node: string, what: string, tensor: Tensor, rank: number): void {
  if (tensor.shape.length !== rank) throw shapeMismatch(node, what, `of rank ${rank}`, tensor);
}
