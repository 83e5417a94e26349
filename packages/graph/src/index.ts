/** TensorFlow graphs: nodes with checked shapes, their gradients, and the bytes of a SavedModel. */
export { GRAPH_ERRORS, GraphError, type GraphErrorCode } from './errors.ts';
export { flatten, reshape, unflatten } from './flat.ts';
export { gradients } from './gradients.ts';
export { createGraph, type DataType, type Graph, type Node, type Tensor } from './graph.ts';
export * from './operations.ts';
export * from './pictureOperations.ts';
export { type Signature, savedModelBytes } from './savedModel.ts';
export type { Shape, Side } from './shape.ts';
