/** The network's operations as calls of tfjs: runs on every engine, one kernel at a time. */
import type { Engine } from '@cotrace/engine';
import type { Ops } from './ops.ts';

export type Tf = Engine['tf'];
export type Tensor = ReturnType<Tf['tensor']>;
export type Tensor4D = ReturnType<Tf['tensor4d']>;

const EPSILON = 1e-5;
/** Filters are small numbers: their variance is. */
export const WEIGHT_EPSILON = 1e-8;

/** Numbers of a filter [k, k, c, d] that go into one output. */
export function fanIn(shape: readonly unknown[]): number {
  return (shape[0] as number) * (shape[1] as number) * (shape[2] as number);
}

/** `factors`: dropout factors by place while training; none gives the network as it predicts. */
export function eagerOps(tf: Tf, factors: readonly Tensor[]): Ops<Tensor> {
  return {
    conv: (x, filter) => tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same'),
    standardise(filter, gain) {
      const { mean, variance } = tf.moments(filter, [0, 1, 2], true); // [1, 1, 1, d]
      const centred = tf.sub(filter, mean);
      const scale = tf.mul(tf.rsqrt(tf.add(variance, WEIGHT_EPSILON)), Math.sqrt(2 / fanIn(filter.shape)));
      return tf.mul(centred, tf.mul(scale, gain));
    },
    bias: (x, bias) => tf.add(x, bias),
    relu: (x) => tf.relu(x),
    groupNorm(x, scale, shift, groups) {
      const [n, height, width, channels] = x.shape as [number, number, number, number];
      const grouped = tf.reshape(x, [n, height * width, groups, channels / groups]);
      const { mean, variance } = tf.moments(grouped, [1, 3], true); // [n, 1, g, 1]
      const normal = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, EPSILON)));
      return tf.add(tf.mul(tf.reshape(normal, x.shape), scale), shift);
    },
    maxPool: (x) => tf.maxPool(x as Tensor4D, 2, 2, 'valid'),
    upsample: (x) => upsample(tf, x),
    concat: (a, b) => tf.concat([a, b], 3),
    dropout: (x, place) => (factors[place] ? tf.mul(x, factors[place]) : x),
  };
}

/**
 * Nearest up-sampling with a gradient of our own: that of tfjs 4.22's JavaScript kernel is wrong (it rounds, and so
 * misses half of the pixels). The sum over each 2 × 2 block is four times its mean.
 */
function upsample(tf: Tf, x: Tensor): Tensor {
  const [, height, width] = x.shape as [number, number, number, number];
  const doubled = tf.customGrad((small) => ({
    value: tf.image.resizeNearestNeighbor(small as Tensor4D, [2 * height, 2 * width]) as Tensor,
    gradFunc: (dy: Tensor) => tf.mul(tf.avgPool(dy as Tensor4D, 2, 2, 'valid'), 4),
  }));
  return doubled(x);
}

/**
 * Sum over pixels and channels of weight × cross-entropy with logits. The gradient is written out
 * (weight × (probability − target)): two operations where differentiating each part takes a dozen.
 * logits and targets [n, h, w, c], weights [n, h, w, 1].
 */
export function eagerLoss(tf: Tf, logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  const sigmoid = logits.shape[3] === 1;
  const crossEntropy = tf.customGrad((x, save) => {
    const z = x as Tensor;
    (save as (tensors: Tensor[]) => void)([z]);
    // relu(z) − z·t + log(1 + e^−|z|) never overflows; nor does the softmax after its maximum is taken off.
    const each = sigmoid
      ? tf.add(tf.sub(tf.relu(z), tf.mul(z, targets)), tf.log1p(tf.exp(tf.neg(tf.abs(z)))))
      : tf.neg(tf.sum(tf.mul(tf.logSoftmax(z), targets), 3, true));
    const value = tf.sum(tf.mul(each, weights));
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const probability = sigmoid ? tf.sigmoid(saved[0]!) : tf.softmax(saved[0]!);
      return tf.mul(dy, tf.mul(weights, tf.sub(probability, targets)));
    };
    return { value, gradFunc: gradFunc as (dy: Tensor, saved: Tensor[] | object) => Tensor };
  });
  return crossEntropy(logits);
}
