/** The network's operations as nodes of a TensorFlow graph. */

import type { Graph, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { unetError } from './errors.ts';
import type { Ops } from './ops.ts';
import type { Precision } from './precision.ts';
import { standardised } from './standardised.ts';

/**
 * Names of nodes begin with `scope`; `factors` are the dropout factors by place while training. Parameters come as
 * float32; activations, and what they meet, have `precision`.
 */
export function graphOps(
  to: Graph,
  scope: string,
  precision: Precision,
  factors: readonly Tensor[],
): Ops<Tensor> {
  const after = (x: Tensor, what: string) => `${x.node.name}/${what}`;
  return {
    // Parameters are named after their place (`up0/conv1/filter`), so their convolutions are too.
    conv: (x, filter) => {
      const name = `${scope}/${filter.node.name}`;
      return graph.conv2d(to, `${name}/conv`, x, graph.cast(to, `${name}/narrow`, filter, precision));
    },
    standardise: (filter, gain) =>
      standardised(to, `${scope}/${filter.node.name}/standard`, filter, gain, precision),
    bias: (x, bias) => {
      const narrow = graph.cast(to, `${scope}/${bias.node.name}/narrow`, bias, precision);
      return graph.biasAdd(to, after(x, 'bias'), x, narrow);
    },
    relu: (x) => graph.unary(to, 'Relu', after(x, 'relu'), x),
    groupNorm() {
      throw unetError('CONFIG_INVALID', {
        what: 'the normalisation of a network that runs as a graph',
        expected: 'weights or none',
        came: 'group',
      });
    },
    maxPool: (x) => graph.maxPool(to, after(x, 'pool'), x),
    upsample: (x) => graph.upsample(to, after(x, 'up'), x),
    concat: (a, b) => graph.concatChannels(to, after(b, 'join'), a, b),
    dropout: (x, place) =>
      factors[place] ? graph.binary(to, 'Mul', after(x, 'dropout'), x, factors[place]) : x,
  };
}

/**
 * The same loss as `eagerLoss`: sum of weight × cross-entropy, [], and its gradient, weight × (probability − target).
 * logits and targets [n, h, w, c], weights [n, h, w, 1].
 */
export function graphLoss(
  to: Graph,
  z: Tensor,
  targets: Tensor,
  weights: Tensor,
): { loss: Tensor; dz: Tensor } {
  const unary = (op: Parameters<typeof graph.unary>[1], x: Tensor) => graph.unary(to, op, `loss/${op}`, x);
  const binary = (op: 'AddV2' | 'Sub' | 'Mul', a: Tensor, b: Tensor) =>
    graph.binary(to, op, `loss/${op}`, a, b);
  let each: Tensor;
  let probability: Tensor;
  if (z.shape[3] === 1) {
    const rest = unary('Log1p', unary('Exp', unary('Neg', unary('Abs', z))));
    each = binary('AddV2', binary('Sub', unary('Relu', z), binary('Mul', z, targets)), rest);
    probability = unary('Sigmoid', z);
  } else {
    const log = graph.logSoftmax(to, 'loss/LogSoftmax', z);
    each = unary('Neg', binary('Mul', log, targets));
    probability = unary('Exp', log);
  }
  const loss = graph.sum(to, 'loss/sum', binary('Mul', each, weights), [0, 1, 2, 3], false);
  return { loss, dz: binary('Mul', binary('Sub', probability, targets), weights) };
}
