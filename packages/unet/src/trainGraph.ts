/**
 * The whole of training as one TensorFlow graph with a signature for each call:
 *
 *   restore    weights and moments in                      → done
 *   train      batch, rate → forward → loss → gradients → finite? → Adam → loss, squares
 *   gradients  batch                                       → loss, every gradient
 *   predict    images                                      → logits
 *   save                                                   → weights and moments
 *
 * All share the variables of one session. n, h and w are open: one graph serves every tile and batch.
 */

import type { Graph, Node, Signature, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { ADAM } from './adam.ts';
import { channelsAt, outputChannels, type UnetConfig } from './config.ts';
import { graphLoss, graphOps } from './graphOps.ts';
import { dropoutPlaces, type ParameterSpec, parameterSpecs, unetLogits } from './network.ts';

export const PARTS = ['values', 'mean', 'variance'] as const;
export type Part = (typeof PARTS)[number];

/** Name of a parameter's value or moment among the inputs of `restore` and the outputs of `save`. */
export const partName = (index: number, part: Part) => `${part}_${index}`;
/** Name of a gradient among the outputs of `gradients`. */
export const gradientName = (index: number) => `gradient_${index}`;
/** Name of dropout factors among the inputs of `train` and `gradients`. */
export const factorsName = (place: number) => `factors_${place}`;

export interface TrainGraph {
  graph: Graph;
  signatures: Record<'restore' | 'train' | 'gradients' | 'predict' | 'save', Signature>;
}

interface Parameter {
  spec: ParameterSpec;
  /** Its value as the step reads it. */
  read: Tensor;
  handles: Record<Part, Tensor>;
}

/**
 * `precision` is that of activations and convolutions while training; weights, loss, Adam and predictions are always
 * float32.
 */
export function buildTrainGraph(config: UnetConfig, precision: 'float32' | 'bfloat16'): TrainGraph {
  const to = graph.createGraph();
  const parameters = parameterSpecs(config).map((spec): Parameter => {
    const handle = (part: Part) => graph.variable(to, `${spec.name}/${part}`, spec.shape);
    const handles = { values: handle('values'), mean: handle('mean'), variance: handle('variance') };
    return { spec, handles, read: graph.readVariable(to, spec.name, handles.values, spec.shape) };
  });
  const byName = new Map(parameters.map(({ spec, read }) => [spec.name, read]));
  const parameterOf = ({ name }: ParameterSpec) => byName.get(name)!;
  const narrowOf = ({ name }: ParameterSpec) =>
    graph.cast(to, `narrow/${name}`, byName.get(name)!, precision);

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
  const narrowLogits = unetLogits(graphOps(to, 'train', narrowFactors), config, narrowOf, narrowImages);
  const logits = graph.cast(to, 'train/logits', narrowLogits, 'float32');
  const { loss, dz } = graphLoss(to, logits, targets, weights);
  const found = graph.gradients(
    to,
    [{ tensor: logits, dy: dz }],
    parameters.map(({ read }) => read),
  );
  const predicted = unetLogits(graphOps(to, 'predict', []), config, parameterOf, images);

  const named = (tensors: Tensor[], name: (index: number) => string) =>
    Object.fromEntries(tensors.map((tensor, index) => [name(index), tensor]));
  const batch = { images, targets, weights, ...named(factors, factorsName) };
  const rate = graph.placeholder(to, 'rate', []);
  const gradientsByName = named(found, gradientName);
  return {
    graph: to,
    signatures: {
      restore: restoreSignature(to, parameters),
      train: { inputs: { ...batch, rate }, outputs: adamStep(to, parameters, found, loss, rate) },
      gradients: { inputs: batch, outputs: { loss, ...gradientsByName } },
      predict: { inputs: { images }, outputs: { logits: predicted } },
      save: saveSignature(to, parameters),
    },
  };
}

/** Adam on every parameter if loss and gradients are finite, else nothing; answers both either way. */
function adamStep(to: Graph, parameters: Parameter[], gradients: Tensor[], loss: Tensor, rate: Tensor) {
  const halves = gradients.map((gradient, index) =>
    graph.halfSquares(to, `step/squares/${parameters[index]!.spec.name}`, gradient),
  );
  const squares = graph.addN(to, 'step/squares', halves);
  const sum = graph.binary(to, 'AddV2', 'step/lossAndSquares', loss, squares);
  const sound = graph.finite(to, 'step/sound', sum);
  const constants = {
    zero: graph.scalar(to, 'step/zero', 0),
    beta1: graph.scalar(to, 'step/beta1', ADAM.beta1),
    beta2: graph.scalar(to, 'step/beta2', ADAM.beta2),
    epsilon: graph.scalar(to, 'step/epsilon', ADAM.epsilon),
  };
  const applied = parameters.map(({ spec, handles }, index): Node => {
    // Behind a Switch nothing runs unless the condition holds: weights and moments stay untouched.
    const [, gradient] = graph.branch(to, `step/if/${spec.name}`, gradients[index]!, sound);
    return graph.applyAdam(to, `step/adam/${spec.name}`, spec.shape, {
      ...handles,
      ...constants,
      rate,
      gradient,
    });
  });
  const [refused, accepted] = graph.branch(to, 'step/if/loss', loss, sound);
  const done = graph.after(to, 'step/done', accepted, applied);
  return { loss: graph.merge(to, 'step/loss', refused, done), squares };
}

function restoreSignature(to: Graph, parameters: Parameter[]): Signature {
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

function saveSignature(to: Graph, parameters: Parameter[]): Signature {
  const outputs: Record<string, Tensor> = {};
  for (const [index, { spec, handles }] of parameters.entries()) {
    for (const part of PARTS) {
      const name = `save/${spec.name}/${part}`;
      outputs[partName(index, part)] = graph.readVariable(to, name, handles[part], spec.shape);
    }
  }
  return { inputs: {}, outputs };
}
