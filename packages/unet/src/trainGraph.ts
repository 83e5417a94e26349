/**
 * The whole of training as one TensorFlow graph with a signature for each call:
 *
 *   restore    weights and moments in                      → done
 *   train      batch, rate → forward → loss → gradients → finite? → Adam → loss, squares
 *   gradients  batch                                       → loss, every gradient
 *   sums       batch, Σ weight → forward → loss → gradients → one vector of sums
 *   apply      such a vector, rate → means → finite? → Adam → loss, squares
 *   weights                                                → all weights as one vector
 *   assign     such a vector                               → done
 *   predict    images                                      → logits
 *   save                                                   → weights and moments
 *
 * All share the variables of one session. n, h and w are open: one graph serves every tile and batch.
 */

import type { Graph, Signature, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { adamStep } from './adamStep.ts';
import { channelsAt, outputChannels, type UnetConfig } from './config.ts';
import { graphLoss, graphOps } from './graphOps.ts';
import { graphParameters, restoreSignature, saveSignature } from './graphParameters.ts';
import { halfSignatures, weightSignatures } from './halves.ts';
import { dropoutPlaces, type ParameterSpec, unetLogits } from './network.ts';
import type { Precision } from './precision.ts';

/** Name of a gradient among the outputs of `gradients`. */
export const gradientName = (index: number) => `gradient_${index}`;
/** Name of dropout factors among the inputs of `train` and `gradients`. */
export const factorsName = (place: number) => `factors_${place}`;

export interface TrainGraph {
  graph: Graph;
  signatures: Record<
    'restore' | 'train' | 'gradients' | 'sums' | 'apply' | 'weights' | 'assign' | 'predict' | 'save',
    Signature
  >;
}

/**
 * `precision` is that of activations and convolutions while training; weights, loss, Adam and predictions are always
 * float32.
 */
export function buildTrainGraph(config: UnetConfig, precision: Precision): TrainGraph {
  const to = graph.createGraph();
  const parameters = graphParameters(to, config);
  const byName = new Map(parameters.map(({ spec, read }) => [spec.name, read]));
  const parameterOf = ({ name }: ParameterSpec) => byName.get(name)!;

  const channels = outputChannels(config);
  const images = graph.placeholder(to, 'images', ['n', 'h', 'w', 1]);
  const targets = graph.placeholder(to, 'targets', ['n', 'h', 'w', channels]);
  const weights = graph.placeholder(to, 'weights', ['n', 'h', 'w', 1]);
  const factors = dropoutPlaces(config).map((level, place) => {
    const side = (symbol: string) => (level === 0 ? symbol : `${symbol}/${2 ** level}`);
    const shape = ['n', side('h'), side('w'), channelsAt(config, level)];
    return graph.placeholder(to, factorsName(place), shape);
  });

  const narrowFactors = factors.map((factor) =>
    graph.cast(to, `narrow/${factor.node.name}`, factor, precision),
  );
  const narrowImages = graph.cast(to, 'narrow/images', images, precision);
  const narrowLogits = unetLogits(
    graphOps(to, 'train', precision, narrowFactors),
    config,
    parameterOf,
    narrowImages,
  );
  const logits = graph.cast(to, 'train/logits', narrowLogits, 'float32');
  const { loss, dz } = graphLoss(to, logits, targets, weights);
  const found = graph.gradients(
    to,
    [{ tensor: logits, dy: dz }],
    parameters.map(({ read }) => read),
  );
  const predicted = unetLogits(graphOps(to, 'predict', 'float32', []), config, parameterOf, images);

  const named = (tensors: Tensor[], name: (index: number) => string) =>
    Object.fromEntries(tensors.map((tensor, index) => [name(index), tensor]));
  const batch = { images, targets, weights, ...named(factors, factorsName) };
  const rate = graph.placeholder(to, 'rate', []);
  const gradientsByName = named(found, gradientName);
  return {
    graph: to,
    signatures: {
      restore: restoreSignature(to, parameters),
      train: { inputs: { ...batch, rate }, outputs: adamStep(to, 'step', parameters, found, loss, rate) },
      gradients: { inputs: batch, outputs: { loss, ...gradientsByName } },
      ...halfSignatures(to, parameters, batch, found, loss),
      ...weightSignatures(to, parameters),
      predict: { inputs: { images }, outputs: { logits: predicted } },
      save: saveSignature(to, parameters),
    },
  };
}
