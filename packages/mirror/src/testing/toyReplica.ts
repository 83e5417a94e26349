/** A replica small enough to reckon by hand: least squares with plain gradient descent, in float32. */
import type { Replica } from '../strategies/strategy.ts';

/** Numbers that the weights are drawn to; one an image. */
export type ToyBatch = readonly number[];

export interface ToyReplica extends Replica<ToyBatch> {
  readonly weights: Float32Array;
}

export class ToyNotFinite extends Error {}

export function toyReplica(parameterCount: number): ToyReplica {
  const weights = new Float32Array(parameterCount);
  return {
    parameterCount,
    weights,
    async gradientSums(batch) {
      const sums = new Float32Array(parameterCount + 2);
      for (const target of batch) {
        for (let i = 0; i < parameterCount; i++) {
          const miss = weights[i]! - target * (1 + i / parameterCount);
          sums[i]! += miss;
          sums[parameterCount]! += (miss * miss) / (2 * parameterCount);
        }
        sums[parameterCount + 1]! += 1;
      }
      return sums;
    },
    async applySums(sums, learningRate) {
      const count = sums[parameterCount + 1]!;
      const loss = sums[parameterCount]! / count;
      if (!Number.isFinite(loss)) throw new ToyNotFinite();
      for (let i = 0; i < parameterCount; i++) weights[i]! -= (learningRate * sums[i]!) / count;
      return loss;
    },
    readWeights: async () => weights.slice(),
    writeWeights: (values) => weights.set(values),
  };
}
