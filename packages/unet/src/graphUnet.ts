/** The network as one TensorFlow graph: a step is a single call. Only for the native engine. */
import type { Engine } from '@cotrace/engine';
import { correctedRate } from './adam.ts';
import { checkShape, checkVector, dropoutFactorsOf, prepareBatch } from './batch.ts';
import { outputChannels, type UnetConfig } from './config.ts';
import type { Tensor } from './eagerOps.ts';
import { unetError } from './errors.ts';
import { PARTS, partName } from './graphParameters.ts';
import { type GraphSession, openGraphSession } from './graphSession.ts';
import { parameterCountOf, parameterSpecs, sizeOf, startValues } from './network.ts';
import { choosePrecision } from './precision.ts';
import { receptiveRadius } from './receptiveRadius.ts';
import { checkArchitecture, type UnetState } from './state.ts';
import { buildTrainGraph, factorsName, gradientName, type TrainGraph } from './trainGraph.ts';
import type { TrainBatch, UnetImplementation, UnetOptions } from './unet.ts';

type TrainSession = GraphSession<keyof TrainGraph['signatures']>;

export function createGraphUnet(
  engine: Engine,
  config: UnetConfig,
  { seed, precision = 'auto' }: UnetOptions,
): UnetImplementation {
  const { tf } = engine;
  const specs = parameterSpecs(config);
  const trainGraph = buildTrainGraph(config, choosePrecision(precision, engine));
  let disposed = false;
  let opening: Promise<TrainSession> | null = null;
  let step = 0;
  // What the variables are to hold, until the next call brings it into the session.
  let pending: UnetState | null = startState(config, seed);
  let pendingWeights: Float32Array | null = null;

  async function session(what: string): Promise<TrainSession> {
    if (disposed) throw unetError('DISPOSED', { what });
    opening ??= openGraphSession(engine, trainGraph);
    const open = await opening;
    if (pending) {
      restore(open, pending);
      pending = null;
    }
    if (pendingWeights) {
      const inputs = { weights: tf.tensor1d(pendingWeights) };
      tf.dispose([inputs, open.run('assign', inputs)]);
      pendingWeights = null;
    }
    return open;
  }

  function restore(open: TrainSession, state: UnetState): void {
    const inputs: Record<string, Tensor> = {};
    for (const [index, parameter] of state.parameters.entries()) {
      for (const part of PARTS) inputs[partName(index, part)] = tf.tensor(parameter[part], parameter.shape);
    }
    tf.dispose([inputs, open.run('restore', inputs)]);
  }

  function inputsOf(batch: TrainBatch, { targets, weights }: ReturnType<typeof prepareBatch>) {
    const { n, height, width } = batch;
    const inputs: Record<string, Tensor> = {
      images: tf.tensor4d(batch.images, [n, height, width, 1]),
      targets: tf.tensor4d(targets, [n, height, width, outputChannels(config)]),
      weights: tf.tensor4d(weights, [n, height, width, 1]),
    };
    for (const [place, { shape, factors }] of dropoutFactorsOf(config, seed, step, batch).entries()) {
      inputs[factorsName(place)] = tf.tensor(factors, shape);
    }
    return inputs;
  }

  const parameterCount = parameterCountOf(config);
  const scalarOf = (tensor: Tensor) => tensor.dataSync()[0]!;

  /** Runs one of the two signatures that take a step; disposes of `inputs`. */
  function stepThrough(
    open: TrainSession,
    signature: 'train' | 'apply',
    inputs: Record<string, Tensor>,
    learningRate: number,
  ): number {
    inputs.rate = tf.scalar(correctedRate(learningRate, step + 1));
    const outputs = open.run(signature, inputs);
    const [loss, squares] = [scalarOf(outputs.loss!), scalarOf(outputs.squares!)];
    tf.dispose([inputs, outputs]);
    if (!Number.isFinite(loss + squares)) throw unetError('LOSS_NOT_FINITE', { step: step + 1, loss });
    step += 1;
    return loss;
  }

  return {
    config,
    receptiveRadius: receptiveRadius(config),
    parameterCount,

    async trainStep(batch, learningRate) {
      const prepared = prepareBatch(config, batch, 'mean');
      const open = await session('trainStep');
      if (prepared.total === 0) return 0;
      return stepThrough(open, 'train', inputsOf(batch, prepared), learningRate);
    },

    async gradientSums(batch) {
      const prepared = prepareBatch(config, batch, 'sum');
      const open = await session('gradientSums');
      if (prepared.total === 0) return new Float32Array(parameterCount + 2);
      const inputs = { ...inputsOf(batch, prepared), total: tf.scalar(prepared.total) };
      const outputs = open.run('sums', inputs);
      const sums = outputs.sums!.dataSync() as Float32Array;
      tf.dispose([inputs, outputs]);
      return sums;
    },

    async applySums(sums, learningRate) {
      checkVector('sums', sums.length, parameterCount + 2);
      const open = await session('applySums');
      const total = sums[parameterCount + 1]!;
      if (total === 0) return 0;
      return stepThrough(open, 'apply', { sums: tf.tensor1d(sums), total: tf.scalar(total) }, learningRate);
    },

    async readWeights() {
      const open = await session('readWeights');
      const outputs = open.run('weights', {});
      const weights = outputs.weights!.dataSync() as Float32Array;
      tf.dispose(outputs);
      return weights;
    },

    writeWeights(weights) {
      if (disposed) throw unetError('DISPOSED', { what: 'writeWeights' });
      checkVector('weights', weights.length, parameterCount);
      pendingWeights = weights.slice();
    },

    async gradients(batch) {
      const prepared = prepareBatch(config, batch, 'mean');
      const open = await session('gradients');
      const inputs = inputsOf(batch, prepared);
      const outputs = open.run('gradients', inputs);
      const read = (index: number) => outputs[gradientName(index)]!.dataSync() as Float32Array;
      const gradients = new Map(specs.map(({ name }, index) => [name, read(index)]));
      const loss = scalarOf(outputs.loss!);
      tf.dispose([inputs, outputs]);
      return { loss, gradients };
    },

    async predictLogits(images, { n, height, width }) {
      checkShape(config, images, { n, height, width });
      const open = await session('predictLogits');
      const inputs = { images: tf.tensor4d(images, [n, height, width, 1]) };
      const outputs = open.run('predict', inputs);
      const logits = outputs.logits!.dataSync() as Float32Array;
      tf.dispose([inputs, outputs]);
      return logits;
    },

    async exportState() {
      const open = await session('exportState');
      const outputs = open.run('save', {});
      const parameters = specs.map(({ name, shape }, index) => {
        const [values, mean, variance] = PARTS.map((part) =>
          Float32Array.from(outputs[partName(index, part)]!.dataSync()),
        ) as [Float32Array, Float32Array, Float32Array];
        return { name, shape: [...shape], values, mean, variance };
      });
      tf.dispose(outputs);
      return { config: { ...config }, step, parameters };
    },

    importState(state, what) {
      if (disposed) throw unetError('DISPOSED', { what: 'importState' });
      checkArchitecture(config, state);
      const all = what === 'all';
      const zeros = (values: Float32Array) => new Float32Array(values.length);
      pending = {
        config,
        step: all ? state.step : 0,
        // Copies: the caller may go on changing its own before the next call.
        parameters: state.parameters.map(({ name, shape, values, mean, variance }) => ({
          name,
          shape,
          values: values.slice(),
          mean: all ? mean.slice() : zeros(mean),
          variance: all ? variance.slice() : zeros(variance),
        })),
      };
      pendingWeights = null;
      step = pending.step;
    },

    dispose() {
      disposed = true;
      // Whoever asked for the session hears of its failure; here there is nothing left to close then.
      opening?.then(
        (open) => open.dispose(),
        () => undefined,
      );
      opening = null;
    },
  };
}

function startState(config: UnetConfig, seed: number): UnetState {
  const parameters = parameterSpecs(config).map((spec, index) => ({
    name: spec.name,
    shape: spec.shape,
    values: startValues(spec, seed, index),
    mean: new Float32Array(sizeOf(spec.shape)),
    variance: new Float32Array(sizeOf(spec.shape)),
  }));
  return { config, step: 0, parameters };
}
