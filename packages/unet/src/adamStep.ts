/** Adam on every parameter as nodes of a graph, and the refusal of a step that is not finite. */
import type { Graph, Node, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { ADAM } from './adam.ts';
import type { Parameter } from './graphParameters.ts';

/** Adam on every parameter if loss and gradients are finite, else nothing; answers both either way. */
export function adamStep(
  to: Graph,
  scope: string,
  parameters: readonly Parameter[],
  gradients: readonly Tensor[],
  loss: Tensor,
  rate: Tensor,
): { loss: Tensor; squares: Tensor } {
  const halves = gradients.map((gradient, index) =>
    graph.halfSquares(to, `${scope}/squares/${parameters[index]!.spec.name}`, gradient),
  );
  const squares = graph.addN(to, `${scope}/squares`, halves);
  const sum = graph.binary(to, 'AddV2', `${scope}/lossAndSquares`, loss, squares);
  const sound = graph.finite(to, `${scope}/sound`, sum);
  const constants = {
    zero: graph.scalar(to, `${scope}/zero`, 0),
    beta1: graph.scalar(to, `${scope}/beta1`, ADAM.beta1),
    beta2: graph.scalar(to, `${scope}/beta2`, ADAM.beta2),
    epsilon: graph.scalar(to, `${scope}/epsilon`, ADAM.epsilon),
  };
  const applied = parameters.map(({ spec, handles }, index): Node => {
    // Behind a Switch nothing runs unless the condition holds: weights and moments stay untouched.
    const [, gradient] = graph.branch(to, `${scope}/if/${spec.name}`, gradients[index]!, sound);
    return graph.applyAdam(to, `${scope}/adam/${spec.name}`, spec.shape, {
      ...handles,
      ...constants,
      rate,
      gradient,
    });
  });
  const [refused, accepted] = graph.branch(to, `${scope}/if/loss`, loss, sound);
  const done = graph.after(to, `${scope}/done`, accepted, applied);
  return { loss: graph.merge(to, `${scope}/loss`, refused, done), squares };
}
