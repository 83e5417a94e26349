/** Reverse-mode differentiation: emits, for nodes of a graph, the nodes that compute their gradients. */
import { graphError } from './errors.ts';
import { expectShape, type Graph, type Node, type Tensor } from './graph.ts';
import * as op from './operations.ts';

/** Gradients of a node's inputs given that of its first output; null where none flows. */
type Gradient = (graph: Graph, node: Node, dy: Tensor) => (Tensor | null)[];

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
    const attributes = op.convAttributes(dy.type);
    const sizes = (of: string, tensor: Tensor) => op.shapeOf(graph, `${name}/${of}Shape`, tensor);
    const dx = graph.add({
      op: 'Conv2DBackpropInput',
      name: `${name}/dx`,
      inputs: [sizes('x', x), filter, dy],
      attributes,
      outputs: [x],
    });
    const dfilter = graph.add({
      op: 'Conv2DBackpropFilter',
      name: `${name}/dfilter`,
      inputs: [x, sizes('filter', filter), dy],
      attributes,
      outputs: [filter],
    });
    return [dx.outputs[0]!, dfilter.outputs[0]!];
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
    const slice = (of: string, tensor: Tensor, from: number) => {
      const begin = Array.from({ length: rank }, (_, at) => (at === rank - 1 ? from : 0));
      const node = graph.add({
        op: 'Slice',
        name: `${name}/${of}`,
        inputs: [
          dy,
          op.constant(graph, `${name}/${of}Begin`, begin, [rank], 'int32'),
          op.shapeOf(graph, `${name}/${of}Size`, tensor),
        ],
        attributes: { T: { type: dy.type }, Index: { type: 'int32' } },
        outputs: [tensor],
      });
      return node.outputs[0]!;
    };
    return [slice('da', a, 0), slice('db', b, a.shape[rank - 1] as number), null];
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
    if (node.closedForm) {
      for (const { tensor, dy: part } of node.closedForm(dy))
        if (between.has(tensor.node)) arrive(tensor, part);
      continue;
    }
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
