/** How well weights do on held-out labels while they are trained: one number from a few fixed crops. */
import type { TrainBatch, Unet } from '@cotrace/unet';
import { AS_IT_IS } from './augmentation.ts';
import { createBatches } from './batches.ts';
import { channelsOf } from './prediction.ts';
import { toProbabilities } from './probability.ts';
import type { TrainingSet } from './trainingSet.ts';

/** Enough to rank weights of one run, few enough to cost less than two steps. */
const CROPS = 8;

/** Weighted mean cross-entropy in nats over the same crops at every call. */
export function heldOutLoss(
  set: TrainingSet,
  options: { tile: number; batch: number; seed: number },
): (unet: Unet) => Promise<number> {
  const batch = Math.min(options.batch, CROPS);
  const batches = createBatches(set, { ...options, batch, augment: () => AS_IT_IS });
  return async (unet) => {
    let loss = 0;
    let weight = 0;
    for (let i = 0; i < Math.ceil(CROPS / batch); i++) {
      const part = await crossEntropy(unet, batches(i));
      loss += part.loss;
      weight += part.weight;
    }
    return loss / weight;
  };
}

async function crossEntropy(unet: Unet, batch: TrainBatch): Promise<{ loss: number; weight: number }> {
  const channels = channelsOf(unet);
  const probability = toProbabilities(await unet.predictLogits(batch.images, batch), channels);
  let loss = 0;
  let weight = 0;
  for (let i = 0; i < batch.weights.length; i++) {
    const share = batch.weights[i]!;
    if (share === 0) continue;
    const target = batch.targets[i]!;
    const second = probability[channels * i]!;
    const p = channels === 1 ? (target === 1 ? second : 1 - second) : probability[channels * i + target]!;
    loss -= share * Math.log(Math.max(1e-7, p));
    weight += share;
  }
  return { loss, weight };
}
