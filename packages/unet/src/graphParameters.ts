/** The variables of a training graph: every weight with both its moments, filled and read as a whole. */
import type { Graph, Node, Signature, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import type { UnetConfig } from './config.ts';
import { type ParameterSpec, parameterSpecs } from './network.ts';

export const PARTS = ['values', 'mean', 'variance'] as const;
export type Part = (typeof PARTS)[number];

/** Name of a parameter's value or moment among the inputs of `restore` and the outputs of `save`. */
export const partName = (index: number, part: Part) => `${part}_${index}`;
export interface Parameter {
  spec: ParameterSpec;
  /** Its value as the step reads it. */
  read: Tensor;
  handles: Record<Part, Tensor>;
}

export function graphParameters(to: Graph, config: UnetConfig): Parameter[] {
  return parameterSpecs(config).map((spec) => {
    const handle = (part: Part) => graph.variable(to, `${spec.name}/${part}`, spec.shape);
    const handles = { values: handle('values'), mean: handle('mean'), variance: handle('variance') };
    return { spec, handles, read: graph.readVariable(to, spec.name, handles.values, spec.shape) };
  });
}

export function restoreSignature(to: Graph, parameters: readonly Parameter[]): Signature {
  const inputs: Record<string, Tensor> = {};
  const assigned: Node[] = [];
  for (const [index, { spec, handles }] of parameters.entries()) {
    for (const part of PARTS) {
      const given = graph.placeholder(to, `restore/${spec.name}/${part}`, spec.shape);
      inputs[partName(index, part)] = given;
      assigned.push(graph.assignVariable(to, `restore/${spec.name}/${part}/assign`, handles[part], given));
    }
  }
  const count = graph.scalar(to, 'restore/count', parameters.length);
  return { inputs, outputs: { done: graph.after(to, 'restore/done', count, assigned) } };
}

export function saveSignature(to: Graph, parameters: readonly Parameter[]): Signature {
  const outputs: Record<string, Tensor> = {};
  for (const [index, { spec, handles }] of parameters.entries()) {
    for (const part of PARTS) {
      const name = `save/${spec.name}/${part}`;
      outputs[partName(index, part)] = graph.readVariable(to, name, handles[part], spec.shape);
    }
  }
  return { inputs: {}, outputs };
}
