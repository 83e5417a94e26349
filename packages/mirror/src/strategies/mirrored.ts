/**
 * Every replica holds the same weights and its own optimiser; gradients are all-reduced, so all take the same step. That
 * they are the same is not believed but compared. On one machine, or over a list of hosts (`multi-worker`).
 */
import { createHash } from 'node:crypto';
import { MirrorError } from '../errors.ts';
import { giveOrder, hearOrder } from './orders.ts';
import type { Strategy, StrategyParts } from './strategy.ts';

/** A comparison reads all weights: 0.5 % of the time of so many steps. */
const COMPARE_EVERY = 100;

export function createMirrored<Batch>(parts: StrategyParts<Batch>): Strategy {
  const { communicator, replica, batchOf, isStepRefused } = parts;
  const { rank, size } = communicator;
  let sinceComparison = 0;
  let comparisons = 0;

  async function step(number: number, learningRate: number): Promise<number> {
    const sums = await replica.gradientSums(batchOf(number, rank, size));
    await communicator.allReduceSum(sums);
    return replica.applySums(sums, learningRate);
  }

  /** @throws MirrorError REPLICAS_DIFFER, on every rank */
  async function compare(): Promise<void> {
    const weights = await replica.readWeights();
    const own = createHash('sha256').update(bytesOf(weights)).digest();
    const all = await communicator.allGather(own);
    comparisons += 1;
    sinceComparison = 0;
    const other = all.findIndex((hash) => !own.equals(hash));
    if (other >= 0) throw new MirrorError('REPLICAS_DIFFER', `ranks ${rank} and ${other}`);
  }

  return {
    async lead(number, learningRate) {
      if (sinceComparison >= COMPARE_EVERY) {
        await giveOrder(communicator, { kind: 'compare' });
        await compare();
      }
      sinceComparison += 1;
      await giveOrder(communicator, { kind: 'step', step: number, learningRate });
      return step(number, learningRate);
    },
    async finish() {
      await giveOrder(communicator, { kind: 'compare' });
      await compare();
      await giveOrder(communicator, { kind: 'end' });
      return { comparisons };
    },
    async follow() {
      for (;;) {
        const order = await hearOrder(communicator);
        if (order.kind === 'end') return;
        if (order.kind === 'compare') await compare();
        else {
          await step(order.step, order.learningRate).catch((error: unknown) => {
            if (!isStepRefused(error)) throw error;
          });
        }
      }
    },
  };
}

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
