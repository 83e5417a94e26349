/** The network through tfjs, operation by operation: works on every engine; the slower of the two. */
import type { Engine } from '@cotrace/engine';
import { ADAM, correctedRate } from './adam.ts';
import { checkShape, checkVector, dropoutFactorsOf, type PreparedBatch, prepareBatch } from './batch.ts';
import { outputChannels, type UnetConfig } from './config.ts';
import { eagerLoss, eagerOps, type Tensor } from './eagerOps.ts';
import { unetError } from './errors.ts';
import {
  type ParameterSpec,
  parameterCountOf,
  parameterSpecs,
  sizeOf,
  startValues,
  unetLogits,
} from './network.ts';
import { receptiveRadius } from './receptiveRadius.ts';
import { checkArchitecture } from './state.ts';
import type { TrainBatch, UnetImplementation, UnetOptions } from './unet.ts';

type Variable = ReturnType<Engine['tf']['variable']>;

interface Differentiated {
  loss: Tensor;
  gradients: Tensor[];
}

interface Parameter {
  spec: ParameterSpec;
  values: Variable;
  mean: Variable;
  variance: Variable;
}

export function createEagerUnet(
  engine: Engine,
  config: UnetConfig,
  { seed, precision = 'auto' }: UnetOptions,
): UnetImplementation {
  const { tf } = engine;
  if (precision === 'bfloat16') {
    throw unetError('PRECISION_UNAVAILABLE', { came: precision, engine: engine.name });
  }
  let step = 0;
  let disposed = false;
  const refuseDisposed = (what: string) => {
    if (disposed) throw unetError('DISPOSED', { what });
  };
  const variableOf = (values: Float32Array, shape: number[]) =>
    tf.tidy(() => tf.variable(tf.tensor(values, shape)));
  const parameters: Parameter[] = parameterSpecs(config).map((spec, index) => ({
    spec,
    values: variableOf(startValues(spec, seed, index), spec.shape),
    mean: variableOf(new Float32Array(sizeOf(spec.shape)), spec.shape),
    variance: variableOf(new Float32Array(sizeOf(spec.shape)), spec.shape),
  }));
  const parameterCount = parameterCountOf(config);
  /** What `part` makes of each parameter and its place in the vector of all of them. */
  function inOrder(part: (spec: ParameterSpec, from: number, count: number) => Tensor): Tensor[] {
    let from = 0;
    return parameters.map(({ spec }) => {
      const count = sizeOf(spec.shape);
      from += count;
      return part(spec, from - count, count);
    });
  }
  const byName = new Map(parameters.map((parameter) => [parameter.spec.name, parameter]));
  const logitsOf = (image: Tensor, factors: readonly Tensor[]) =>
    unetLogits(eagerOps(tf, factors), config, ({ name }) => byName.get(name)!.values, image);

  /** Loss [] and gradients by variable name; the caller disposes of them. */
  function differentiate(batch: TrainBatch, { targets, weights }: PreparedBatch): Differentiated {
    const { n, height, width } = batch;
    const trained = parameters.map(({ values }) => values);
    return tf.tidy(() => {
      const image = tf.tensor4d(batch.images, [n, height, width, 1]);
      const target = tf.tensor4d(targets, [n, height, width, outputChannels(config)]);
      const weight = tf.tensor4d(weights, [n, height, width, 1]);
      const factors = dropoutFactorsOf(config, seed, step, batch).map(({ shape, factors }) =>
        tf.tensor(factors, shape),
      );
      const { value, grads } = tf.variableGrads(
        () => eagerLoss(tf, logitsOf(image, factors), target, weight) as ReturnType<typeof tf.scalar>,
        trained,
      );
      return { loss: value, gradients: parameters.map(({ values }) => grads[values.name]!) };
    });
  }

  function applyAdam(gradients: Tensor[], learningRate: number): void {
    const { beta1, beta2, epsilon } = ADAM;
    const rate = correctedRate(learningRate, step + 1);
    tf.tidy(() => {
      parameters.forEach(({ values, mean, variance }, index) => {
        const gradient = gradients[index]!;
        const newMean = tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1));
        const newVariance = tf.add(tf.mul(variance, beta2), tf.mul(tf.square(gradient), 1 - beta2));
        mean.assign(newMean);
        variance.assign(newVariance);
        const change = tf.div(tf.mul(newMean, rate), tf.add(tf.sqrt(newVariance), epsilon));
        values.assign(tf.sub(values, change));
      });
    });
    step += 1;
  }

  /** A step unless loss or gradients are not finite; disposes of both. */
  async function stepWith({ loss, gradients }: Differentiated, learningRate: number): Promise<number> {
    try {
      // CPU–GPU sync point: the weights may change only after both are known to be finite.
      const squares = tf.tidy(() => tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
      const lossValue = (await loss.data())[0]!;
      const size = (await squares.data())[0]!;
      squares.dispose();
      if (!Number.isFinite(lossValue) || !Number.isFinite(size)) {
        throw unetError('LOSS_NOT_FINITE', { step: step + 1, loss: lossValue });
      }
      applyAdam(gradients, learningRate);
      return lossValue;
    } finally {
      tf.dispose([loss, ...gradients]);
    }
  }

  return {
    config,
    receptiveRadius: receptiveRadius(config),
    parameterCount,

    async trainStep(batch, learningRate) {
      refuseDisposed('trainStep');
      const prepared = prepareBatch(config, batch, 'mean');
      if (prepared.total === 0) return 0;
      return stepWith(differentiate(batch, prepared), learningRate);
    },

    async gradientSums(batch) {
      refuseDisposed('gradientSums');
      const prepared = prepareBatch(config, batch, 'sum');
      if (prepared.total === 0) return new Float32Array(parameterCount + 2);
      const { loss, gradients } = differentiate(batch, prepared);
      const sums = tf.tidy(() =>
        tf.concat([...gradients, loss, tf.scalar(prepared.total)].map((part) => tf.reshape(part, [-1]))),
      );
      const values = Float32Array.from(await sums.data());
      tf.dispose([loss, gradients, sums]);
      return values;
    },

    async applySums(sums, learningRate) {
      refuseDisposed('applySums');
      checkVector('sums', sums.length, parameterCount + 2);
      const total = sums[parameterCount + 1]!;
      if (total === 0) return 0;
      const means = tf.tidy(() => {
        const mean = tf.div(tf.tensor1d(sums), total);
        const gradients = inOrder(({ shape }, from, count) =>
          tf.reshape(tf.slice(mean, [from], [count]), shape),
        );
        return { loss: tf.reshape(tf.slice(mean, [parameterCount], [1]), []), gradients };
      });
      return stepWith(means, learningRate);
    },

    async readWeights() {
      refuseDisposed('readWeights');
      const flat = tf.tidy(() => tf.concat(parameters.map(({ values }) => tf.reshape(values, [-1]))));
      const weights = Float32Array.from(await flat.data());
      flat.dispose();
      return weights;
    },

    writeWeights(weights) {
      refuseDisposed('writeWeights');
      checkVector('weights', weights.length, parameterCount);
      tf.tidy(() => {
        const given = inOrder(({ shape }, from, count) =>
          tf.tensor(weights.slice(from, from + count), shape),
        );
        parameters.forEach(({ values }, index) => void values.assign(given[index]!));
      });
    },

    async gradients(batch) {
      refuseDisposed('gradients');
      const { loss, gradients } = differentiate(batch, prepareBatch(config, batch, 'mean'));
      const named = new Map<string, Float32Array>();
      for (const [index, { spec }] of parameters.entries()) {
        named.set(spec.name, (await gradients[index]!.data()) as Float32Array);
      }
      const lossValue = (await loss.data())[0]!;
      tf.dispose([loss, ...gradients]);
      return { loss: lossValue, gradients: named };
    },

    async predictLogits(images, { n, height, width }) {
      refuseDisposed('predictLogits');
      checkShape(config, images, { n, height, width });
      const logits = tf.tidy(() => logitsOf(tf.tensor4d(images, [n, height, width, 1]), []));
      const values = (await logits.data()) as Float32Array;
      logits.dispose();
      return values;
    },

    async exportState() {
      refuseDisposed('exportState');
      const read = async (variable: Variable) => Float32Array.from(await variable.data());
      const states = parameters.map(async ({ spec, values, mean, variance }) => ({
        name: spec.name,
        shape: [...spec.shape],
        values: await read(values),
        mean: await read(mean),
        variance: await read(variance),
      }));
      return { config: { ...config }, step, parameters: await Promise.all(states) };
    },

    importState(state, what) {
      refuseDisposed('importState');
      checkArchitecture(config, state);
      tf.tidy(() => {
        parameters.forEach(({ spec, values, mean, variance }, index) => {
          const given = state.parameters[index]!;
          values.assign(tf.tensor(given.values, spec.shape));
          mean.assign(what === 'all' ? tf.tensor(given.mean, spec.shape) : tf.zeros(spec.shape));
          variance.assign(what === 'all' ? tf.tensor(given.variance, spec.shape) : tf.zeros(spec.shape));
        });
      });
      step = what === 'all' ? state.step : 0;
    },

    dispose() {
      disposed = true;
      for (const { values, mean, variance } of parameters) tf.dispose([values, mean, variance]);
    },
  };
}
