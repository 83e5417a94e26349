/**
 * Asynchronous: rank 0 serves the weights, the others compute gradients of whole batches in their own time. A gradient
 * may come from weights that others have changed since; by how many steps is its staleness. One beyond the bound is
 * refused, and its batch computed again from new weights. The result depends on who was quicker.
 */
import type { Strategy, StrategyParts } from './strategy.ts';

const TAG = { ask: 1, sums: 2, order: 3, weights: 4 } as const;
/** Instead of a step's number. */
const END = -1;

export function createParameterServer<Batch>(parts: StrategyParts<Batch>): Strategy {
  const { communicator, replica, batchOf, isStepRefused, stalenessBound } = parts;
  const workers = communicator.size - 1;
  const sums = new Float32Array(replica.parameterCount + 2);
  /** Steps applied: what the age of weights is counted in. */
  let version = 0;
  let nextBatch: number | null = null;
  let weights: Float32Array | null = null;
  let lastBatch = 0;
  const seen = { applied: 0, total: 0, max: 0, refused: 0 };

  async function order(worker: number, step: number): Promise<void> {
    await communicator.send(bytesOf(Float64Array.of(step, version)), worker, TAG.order);
    if (step === END) return;
    weights ??= await replica.readWeights();
    await communicator.send(weights, worker, TAG.weights);
  }

  /** The next gradient of any worker, now in `sums`. */
  async function nextGradient(): Promise<{ from: number; step: number; madeAt: number }> {
    const { from } = await communicator.awaitMessage(TAG.ask);
    const head = new Float64Array(new ArrayBuffer(16));
    await communicator.receive(bytesOf(head), from, TAG.ask);
    await communicator.receive(sums, from, TAG.sums);
    return { from, step: head[0]!, madeAt: head[1]! };
  }

  async function lead(step: number, learningRate: number): Promise<number> {
    if (nextBatch === null) {
      nextBatch = step;
      for (let worker = 1; worker <= workers; worker += 1) await order(worker, nextBatch++);
    }
    for (;;) {
      const gradient = await nextGradient();
      const staleness = version - gradient.madeAt;
      if (staleness > stalenessBound) {
        seen.refused += 1;
        await order(gradient.from, gradient.step);
        continue;
      }
      lastBatch = gradient.step;
      seen.applied += 1;
      seen.total += staleness;
      seen.max = Math.max(seen.max, staleness);
      try {
        const loss = await replica.applySums(sums, learningRate);
        version += 1;
        weights = null;
        return loss;
      } finally {
        await order(gradient.from, nextBatch++);
      }
    }
  }

  return {
    async lead(step, learningRate) {
      return lead(step, learningRate);
    },
    lastBatch: () => lastBatch,
    async finish() {
      // Workers that were never asked have nothing to hand in; all others have one gradient on its way.
      for (let waiting = workers; waiting > 0; waiting -= 1) {
        const from = nextBatch === null ? waiting : (await nextGradient()).from;
        await order(from, END);
      }
      const { applied, total, max, refused } = seen;
      return {
        staleness: { mean: applied === 0 ? 0 : total / applied, max, bound: stalenessBound, refused },
      };
    },
    async follow() {
      const own = new Float32Array(replica.parameterCount);
      const head = new Float64Array(new ArrayBuffer(16));
      for (;;) {
        await communicator.receive(bytesOf(head), 0, TAG.order);
        const step = head[0]!;
        if (step === END) return;
        await communicator.receive(own, 0, TAG.weights);
        replica.writeWeights(own);
        const gradient = await replica.gradientSums(batchOf(step, 0, 1)).catch((error: unknown) => {
          if (!isStepRefused(error)) throw error;
          return new Float32Array(sums.length).fill(Number.NaN);
        });
        await communicator.send(bytesOf(head), 0, TAG.ask);
        await communicator.send(gradient, 0, TAG.sums);
      }
    },
  };
}

const bytesOf = (values: Float64Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
