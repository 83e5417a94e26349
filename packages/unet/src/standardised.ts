/** Standardised filters (S. Qiao et al., arXiv 1903.10520) as nodes of a graph, with their gradient in closed form. */
import type { Graph, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { fanIn, WEIGHT_EPSILON } from './eagerOps.ts';
import type { Precision } from './precision.ts';

const TO_ONE_OUTPUT = [0, 1, 2];

/**
 * filter w [k, k, c, d] and gain g [d], both float32 → y = κ g r (w − μ) of `precision`, with mean μ and
 * r = 1 / √(variance + ε) of each output's K = k·k·c numbers, κ = √(2 / K).
 *
 *   dg = κ r Σ (w − μ) dy        dw = κ g r (dy − mean dy − r² (w − μ) mean((w − μ) dy))
 *
 * Differentiating each operation would go over the filter twice as often.
 */
export function standardised(
  to: Graph,
  name: string,
  filter: Tensor,
  gain: Tensor,
  precision: Precision,
): Tensor {
  const count = fanIn(filter.shape);
  const binary = (op: 'AddV2' | 'Sub' | 'Mul', what: string, a: Tensor, b: Tensor) =>
    graph.binary(to, op, `${name}/${what}`, a, b);
  const scalar = (what: string, value: number) => graph.scalar(to, `${name}/${what}`, value);
  const share = scalar('share', 1 / count);
  /** Mean over the numbers that go into one output: [1, 1, 1, d]. */
  const mean = (what: string, x: Tensor) =>
    binary('Mul', what, graph.sum(to, `${name}/${what}/sum`, x, TO_ONE_OUTPUT, true), share);

  const centred = binary('Sub', 'centred', filter, mean('mean', filter));
  const variance = mean('variance', binary('Mul', 'square', centred, centred));
  const epsilon = scalar('epsilon', WEIGHT_EPSILON);
  const inverse = graph.unary(to, 'Rsqrt', `${name}/inverse`, binary('AddV2', 'sound', variance, epsilon));
  const scale = binary('Mul', 'scale', inverse, scalar('deviation', Math.sqrt(2 / count)));
  const gained = binary('Mul', 'gained', scale, gain);
  const narrow = graph.cast(to, `${name}/narrow`, binary('Mul', 'wide', centred, gained), precision);

  return graph.withGradient(to, `${name}/filter`, narrow, (dyNarrow) => {
    const dy = graph.cast(to, `${name}/dy`, dyNarrow, 'float32');
    const along = graph.sum(to, `${name}/along`, binary('Mul', 'product', centred, dy), TO_ONE_OUTPUT, true);
    const dgain = graph.reshape(
      to,
      `${name}/dgain`,
      binary('Mul', 'dgain/wide', along, scale),
      gain.shape as number[],
    );
    const shrink = binary(
      'Mul',
      'shrink',
      binary('Mul', 'squared', inverse, inverse),
      binary('Mul', 'alongMean', along, share),
    );
    const kept = binary('Sub', 'kept', dy, mean('level', dy));
    const straight = binary('Sub', 'straight', kept, binary('Mul', 'shrunk', centred, shrink));
    return [
      { tensor: filter, dy: binary('Mul', 'dfilter', straight, gained) },
      { tensor: gain, dy: dgain },
    ];
  });
}
