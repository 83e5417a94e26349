/** Reverse-mode differentiation: emits, for nodes of a graph, the nodes that compute their gradients. */
import { graphError } from './errors.ts';
import { expectShape, type Graph, type Node, type Tensor } from './graph.ts';
import * as op from './operations.ts';

/** Gradients of a node's inputs given that of its first output; null where none flows. */
type Gradient = (graph: Graph, node: Node, dy: Tensor) => (Tensor | null)[];

interface Arriving {
  tensor: Tensor;
  dy: Tensor;
}

const INT32 = 'int32';

/** `shape` of x from `begin` on; `size` is that shape as a tensor, for sides known only when the graph runs. */
function slice(
  graph: Graph,
  name: string,
  x: Tensor,
  begin: readonly number[],
  size: Tensor,
  shape: Tensor['shape'],
): Tensor {
  const from = op.constant(graph, `${name}/begin`, begin, [begin.length], INT32);
  const attributes = { T: { type: x.type }, Index: { type: INT32 } } as const;
  return op.one(graph, 'Slice', name, [x, from, size], { shape, type: x.type }, attributes);
}

/** The gradient of a convolution's image x, or of some channels of it, given the share of the filter that meets them. */
function imageGradient(graph: Graph, name: string, x: Tensor, filter: Tensor, dy: Tensor): Tensor {
  const inputs = [op.shapeOf(graph, `${name}/shape`, x), filter, dy];
  return op.one(graph, 'Conv2DBackpropInput', name, inputs, x, op.convAttributes(dy.type));
}

const isJoin = ({ node }: Tensor) => node.op === 'ConcatV2';

/**
 * A convolution over a join of channels gives each part its gradient by that part's share of the filter: slicing
 * filters moves far less memory than slicing the gradient of the joined image.
 */
function jointGradients(graph: Graph, { op: kind, name, inputs }: Node, dy: Tensor): Arriving[] {
  if (kind !== 'Conv2D' || !isJoin(inputs[0]!)) return [];
  const [x, filter] = inputs as [Tensor, Tensor];
  const [height, width, , outputs] = filter.shape as [number, number, number, number];
  let from = 0;
  // The last input of a join is its axis.
  return x.node.inputs.slice(0, -1).map((tensor, at) => {
    const shape = [height, width, tensor.shape[3] as number, outputs];
    const part = `${name}/part${at}`;
    const size = op.constant(graph, `${part}/size`, shape, [4], INT32);
    const share = slice(graph, part, filter, [0, 0, from, 0], size, shape);
    from += shape[2]!;
    return { tensor, dy: imageGradient(graph, `${name}/dx${at}`, tensor, share, dy) };
  });
}

/** Sums away what broadcasting added, so that the gradient has the shape of what it belongs to. */
function unbroadcast(graph: Graph, name: string, dy: Tensor, to: Tensor): Tensor {
  const lead = dy.shape.length - to.shape.length;
  const added = dy.shape.flatMap((_, at) => (at < lead ? [at] : []));
  const stretched = to.shape.flatMap((side, at) =>
    side === 1 && dy.shape[at + lead] !== 1 ? [at + lead] : [],
  );
  let x = dy;
  if (stretched.length > 0) x = op.sum(graph, `${name}/stretched`, x, stretched, true);
  if (added.length > 0) x = op.sum(graph, `${name}/added`, x, added, false);
  return x;
}

const GRADIENTS: Readonly<Record<string, Gradient>> = {
  Conv2D(graph, { name, inputs }, dy) {
    const [x, filter] = inputs as [Tensor, Tensor];
    const size = op.shapeOf(graph, `${name}/filterShape`, filter);
    const dfilter = op.one(
      graph,
      'Conv2DBackpropFilter',
      `${name}/dfilter`,
      [x, size, dy],
      filter,
      op.convAttributes(dy.type),
    );
    // A join's parts have theirs from `jointGradients`.
    return [isJoin(x) ? null : imageGradient(graph, `${name}/dx`, x, filter, dy), dfilter];
  },
  BiasAdd(graph, { name, inputs }, dy) {
    const dbias = graph.add({
      op: 'BiasAddGrad',
      name: `${name}/dbias`,
      inputs: [dy],
      attributes: { T: { type: dy.type }, data_format: { s: 'NHWC' } },
      outputs: [inputs[1]!],
    });
    return [dy, dbias.outputs[0]!];
  },
  Relu: (graph, { name, outputs }, dy) => [op.binary(graph, 'ReluGrad', `${name}/dx`, dy, outputs[0]!)],
  Identity: (_graph, _node, dy) => [dy],
  MaxPool(graph, { name, inputs, outputs }, dy) {
    const dx = graph.add({
      op: 'MaxPoolGrad',
      name: `${name}/dx`,
      inputs: [inputs[0]!, outputs[0]!, dy],
      attributes: op.poolAttributes(dy.type),
      outputs: [inputs[0]!],
    });
    return [dx.outputs[0]!];
  },
  ResizeNearestNeighbor(graph, { name }, dy) {
    // Only ever doubles (`upsample`): the sum over each 2 × 2 block is four times its mean.
    const mean = op.avgPool(graph, `${name}/mean`, dy);
    const four = op.scalar(graph, `${name}/four`, 4, dy.type);
    return [op.binary(graph, 'Mul', `${name}/dx`, mean, four), null];
  },
  ConcatV2(graph, { name, inputs }, dy) {
    const [a, b] = inputs as [Tensor, Tensor];
    const rank = a.shape.length;
    const part = (of: string, tensor: Tensor, from: number) => {
      const begin = Array.from({ length: rank }, (_, at) => (at === rank - 1 ? from : 0));
      const size = op.shapeOf(graph, `${name}/${of}/size`, tensor);
      return slice(graph, `${name}/${of}`, dy, begin, size, tensor.shape);
    };
    return [part('da', a, 0), part('db', b, a.shape[rank - 1] as number), null];
  },
  Cast: (graph, { name, inputs }, dy) => [op.cast(graph, `${name}/dx`, dy, inputs[0]!.type)],
  /** Only of sums that keep their axes (`standardise`): others have lost their shape. */
  Sum(graph, { name, inputs }, dy) {
    const x = inputs[0]!;
    if (dy.shape.length !== x.shape.length) {
      throw graphError('NOT_DIFFERENTIABLE', { node: name, op: 'Sum without kept axes' });
    }
    const dx = graph.add({
      op: 'BroadcastTo',
      name: `${name}/dx`,
      inputs: [dy, op.shapeOf(graph, `${name}/xShape`, x)],
      attributes: { T: { type: dy.type }, Tidx: { type: 'int32' } },
      outputs: [x],
    });
    return [dx.outputs[0]!, null];
  },
  Rsqrt(graph, { name, inputs, outputs }, dy) {
    const dx = graph.add({
      op: 'RsqrtGrad',
      name: `${name}/dx`,
      inputs: [outputs[0]!, dy],
      attributes: { T: { type: dy.type } },
      outputs: [inputs[0]!],
    });
    return [dx.outputs[0]!];
  },
  AddV2: (graph, { name, inputs }, dy) => [
    unbroadcast(graph, `${name}/da`, dy, inputs[0]!),
    unbroadcast(graph, `${name}/db`, dy, inputs[1]!),
  ],
  Sub: (graph, { name, inputs }, dy) => [
    unbroadcast(graph, `${name}/da`, dy, inputs[0]!),
    unbroadcast(graph, `${name}/db`, op.unary(graph, 'Neg', `${name}/minus`, dy), inputs[1]!),
  ],
  Mul(graph, { name, inputs }, dy) {
    const [a, b] = inputs as [Tensor, Tensor];
    return [
      unbroadcast(graph, `${name}/da`, op.binary(graph, 'Mul', `${name}/dyb`, dy, b), a),
      unbroadcast(graph, `${name}/db`, op.binary(graph, 'Mul', `${name}/dya`, dy, a), b),
    ];
  },
};

/** The operations that have a gradient. */
export const DIFFERENTIABLE: readonly string[] = Object.keys(GRADIENTS);

/**
 * Emits the gradient of a scalar with respect to `parameters`, given its gradients `dy` with respect to some
 * `outputs` that lie between them.
 * @throws GraphError NOT_DIFFERENTIABLE, UNREACHED, SHAPE_MISMATCH
 */
export function gradients(
  graph: Graph,
  outputs: readonly { tensor: Tensor; dy: Tensor }[],
  parameters: readonly Tensor[],
): Tensor[] {
  // Only nodes between parameters and outputs take part.
  const sources = new Set(parameters.map(({ node }) => node));
  const between = new Set<Node>(sources);
  for (const node of graph.nodes) {
    if (node.inputs.some((input) => between.has(input.node))) between.add(node);
  }
  const arriving = new Map<Node, Tensor[]>();
  const arrive = (tensor: Tensor, dy: Tensor) => {
    expectShape(dy.node.name, `the gradient of ${tensor.node.name}`, dy, tensor.shape);
    const others = arriving.get(tensor.node);
    if (others) others.push(dy);
    else arriving.set(tensor.node, [dy]);
  };
  for (const { tensor, dy } of outputs) arrive(tensor, dy);

  const total = (node: Node) => {
    const parts = arriving.get(node);
    return parts && op.addN(graph, `${node.name}/dy`, parts);
  };
  const found = new Map<Node, Tensor>();
  // A copy, for the gradients themselves are added to the graph meanwhile.
  for (const node of [...graph.nodes].reverse()) {
    if (!between.has(node)) continue;
    const dy = total(node);
    if (!dy) continue;
    if (sources.has(node)) {
      found.set(node, dy);
      continue;
    }
    const further = node.closedForm ? node.closedForm(dy) : jointGradients(graph, node, dy);
    for (const { tensor, dy: part } of further) if (between.has(tensor.node)) arrive(tensor, part);
    if (node.closedForm) continue;
    const gradient = GRADIENTS[node.op];
    if (!gradient) throw graphError('NOT_DIFFERENTIABLE', { node: node.name, op: node.op });
    for (const [at, part] of gradient(graph, node, dy).entries()) {
      const input = node.inputs[at]!;
      if (part && between.has(input.node)) arrive(input, part);
    }
  }
  return parameters.map(({ node }) => {
    const dy = found.get(node);
    if (!dy) throw graphError('UNREACHED', { node: node.name });
    return dy;
  });
}
