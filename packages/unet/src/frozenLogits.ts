/** The network with its weights as constants, as part of somebody else's graph: for models that are only to predict. */
import type { Graph, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { graphOps } from './graphOps.ts';
import { unetLogits } from './network.ts';
import { checkArchitecture, type UnetState } from './state.ts';

/**
 * images [n, h, w, 1] → logits [n, h, w, c] as `Unet.predictLogits`: h and w multiples of 2^depth, images standardised.
 * @throws UnetError MODEL_ARCHITECTURE, CONFIG_INVALID (group normalisation)
 */
export function emitFrozenLogits(to: Graph, state: UnetState, images: Tensor): Tensor {
  checkArchitecture(state.config, state);
  const byName = new Map(state.parameters.map((parameter) => [parameter.name, parameter]));
  return unetLogits(
    graphOps(to, 'predict', 'float32', []),
    state.config,
    ({ name }) => {
      const { values, shape } = byName.get(name)!;
      return graph.constant(to, name, values, shape);
    },
    images,
  );
}
