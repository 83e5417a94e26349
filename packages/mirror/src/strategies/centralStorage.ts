/**
 * Variables and optimiser are kept by rank 0 alone: gradients are reduced to it, and its new weights copied to all. Saves
 * the optimiser's memory on the others, and costs a second way over the wire.
 */
import { giveOrder, hearOrder } from './orders.ts';
import type { Strategy, StrategyParts } from './strategy.ts';

export function createCentralStorage<Batch>(parts: StrategyParts<Batch>): Strategy {
  const { communicator, replica, batchOf } = parts;
  const { rank, size } = communicator;

  async function reduced(step: number): Promise<Float32Array> {
    const sums = await replica.gradientSums(batchOf(step, rank, size));
    await communicator.reduceSum(sums, 0);
    return sums;
  }

  return {
    async lead(step, learningRate) {
      await giveOrder(communicator, { kind: 'step', step, learningRate });
      const sums = await reduced(step);
      try {
        return await replica.applySums(sums, learningRate);
      } finally {
        // After a refused step, too: the others wait for weights, and those of before are right.
        await communicator.broadcast(await replica.readWeights(), 0);
      }
    },
    async finish() {
      await giveOrder(communicator, { kind: 'end' });
      return {};
    },
    async follow() {
      const weights = new Float32Array(replica.parameterCount);
      for (;;) {
        const order = await hearOrder(communicator);
        if (order.kind !== 'step') return;
        await reduced(order.step);
        await communicator.broadcast(weights, 0);
        replica.writeWeights(weights);
      }
    },
  };
}
