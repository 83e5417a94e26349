/** A step in two halves, and weights as one vector: what replicas exchange, one tensor a call. */
import type { Graph, Signature, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { adamStep } from './adamStep.ts';
import type { Parameter } from './graphParameters.ts';
import { sizeOf } from './network.ts';

/** `batch` with plain weights, so that `loss` and `gradients` are sums; their `total` comes from outside, which has it. */
export function halfSignatures(
  to: Graph,
  parameters: readonly Parameter[],
  batch: Record<string, Tensor>,
  gradients: readonly Tensor[],
  loss: Tensor,
): Record<'sums' | 'apply', Signature> {
  const given = graph.placeholder(to, 'sums/total', []);
  const flat = graph.flatten(to, 'sums', [...gradients, loss, given]);

  const count = parameters.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  const sums = graph.placeholder(to, 'apply/sums', [count + 2]);
  const rate = graph.placeholder(to, 'apply/rate', []);
  const total = graph.placeholder(to, 'apply/total', []);
  const means = graph.unflatten(to, 'apply/means', graph.binary(to, 'RealDiv', 'apply/mean', sums, total), [
    ...parameters.map(({ spec }) => spec.shape),
    [],
    [],
  ]);
  const [meanGradients, meanLoss] = [means.slice(0, -2), means.at(-2)!];
  return {
    sums: { inputs: { ...batch, total: given }, outputs: { sums: flat } },
    apply: {
      inputs: { sums, total, rate },
      outputs: adamStep(to, 'apply', parameters, meanGradients, meanLoss, rate),
    },
  };
}

export function weightSignatures(
  to: Graph,
  parameters: readonly Parameter[],
): Record<'weights' | 'assign', Signature> {
  const reads = parameters.map(({ spec, handles }) =>
    graph.readVariable(to, `weights/${spec.name}`, handles.values, spec.shape),
  );
  const count = parameters.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  const weights = graph.placeholder(to, 'assign/weights', [count]);
  const shapes = parameters.map(({ spec }) => spec.shape);
  const assigned = graph
    .unflatten(to, 'assign/parts', weights, shapes)
    .map((part, index) =>
      graph.assignVariable(
        to,
        `assign/${parameters[index]!.spec.name}`,
        parameters[index]!.handles.values,
        part,
      ),
    );
  const all = graph.scalar(to, 'assign/count', parameters.length);
  return {
    weights: { inputs: {}, outputs: { weights: graph.flatten(to, 'weights', reads) } },
    assign: { inputs: { weights }, outputs: { done: graph.after(to, 'assign/done', all, assigned) } },
  };
}
