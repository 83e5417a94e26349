/** A graph under construction: nodes by name, each with what goes in and the shape and type of what comes out. */
import { graphError } from './errors.ts';
import { describeShape, type Shape, sameShape } from './shape.ts';

/** TensorFlow's numbers for its types. */
export const DATA_TYPES = {
  float32: 1,
  float64: 2,
  int32: 3,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;
export type DataType = keyof typeof DATA_TYPES;

/** Attribute values as TensorFlow knows them. */
export type Attribute =
  | { s: string }
  | { i: number }
  | { b: boolean }
  | { f: number }
  | { ints: readonly number[] }
  | { type: DataType }
  | { shape: Shape }
  | { tensor: { type: DataType; shape: readonly number[]; values: ArrayLike<number> } };

export interface Tensor {
  readonly node: Node;
  readonly index: number;
  readonly shape: Shape;
  readonly type: DataType;
}

export interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Tensor[];
  /** Nodes that run before this one although nothing flows from them. */
  readonly controls: readonly Node[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Tensor[];
  /** A gradient in closed form, in place of those of the nodes between. */
  readonly closedForm: ClosedForm | undefined;
}

/** Emits the gradients of tensors further back, given that of the node's output; nothing else may lead from them to it. */
export type ClosedForm = (dy: Tensor) => readonly { tensor: Tensor; dy: Tensor }[];

export interface NodeDescription {
  op: string;
  name: string;
  inputs?: readonly Tensor[];
  controls?: readonly Node[];
  attributes?: Record<string, Attribute>;
  outputs: readonly { shape: Shape; type: DataType }[];
  closedForm?: ClosedForm;
}

export interface Graph {
  /** In an order in which each node comes after what it takes. */
  readonly nodes: readonly Node[];
  /** Adds a node; a name already taken gets a number, as several nodes may serve one thing. */
  add(description: NodeDescription): Node;
}

export function createGraph(): Graph {
  const nodes: Node[] = [];
  const taken = new Map<string, number>();

  function freeName(wanted: string): string {
    if (!/^[A-Za-z0-9.][A-Za-z0-9_./-]*$/.test(wanted)) throw graphError('NAME_INVALID', { node: wanted });
    const uses = taken.get(wanted) ?? 0;
    taken.set(wanted, uses + 1);
    return uses === 0 ? wanted : freeName(`${wanted}_${uses}`);
  }

  return {
    nodes,
    add({ op, name, inputs = [], controls = [], attributes = {}, outputs, closedForm }) {
      const made: Tensor[] = [];
      const node: Node = {
        name: freeName(name),
        op,
        inputs,
        controls,
        attributes,
        outputs: made,
        closedForm,
      };
      for (const [index, { shape, type }] of outputs.entries()) made.push({ node, index, shape, type });
      nodes.push(node);
      return node;
    },
  };
}

/** How TensorFlow writes a tensor's name. */
export function tensorName({ node, index }: Tensor): string {
  return `${node.name}:${index}`;
}

/** @throws GraphError SHAPE_MISMATCH */
export function expectShape(node: string, what: string, tensor: Tensor, expected: Shape): void {
  if (!sameShape(tensor.shape, expected)) throw shapeMismatch(node, what, describeShape(expected), tensor);
}

export function shapeMismatch(node: string, what: string, expected: string, tensor: Tensor) {
  return graphError('SHAPE_MISMATCH', { node, what, expected, came: describeShape(tensor.shape) });
}

/** @throws GraphError TYPE_MISMATCH */
export function expectType(node: string, what: string, tensor: Tensor, expected: DataType): void {
  if (tensor.type !== expected)
    throw graphError('TYPE_MISMATCH', { node, what, expected, came: tensor.type });
}
