/** Training batches: step n of a seed is always the same batch, so a resumed run goes on as if it had not stopped. */
import type { TrainBatch } from '@cotrace/unet';
import type { DrawAugmentation } from './augmentation.ts';
import { cropPlaces } from './cropPlaces.ts';
import { seededRandom } from './seededRandom.ts';
import type { TrainingSet } from './trainingSet.ts';
import { warpCrop } from './warp.ts';

/**
 * Returns a function from step number to batch. Its arrays are used again by the next call: a batch is to be consumed
 * before that.
 */
export function createBatches(
  set: TrainingSet,
  options: { tile: number; batch: number; seed: number; augment: DrawAugmentation },
): (step: number) => TrainBatch {
  const { tile, batch, seed, augment } = options;
  const drawPlace = cropPlaces(set);
  const pixels = tile * tile;
  const images = new Float32Array(batch * pixels);
  const targets = new Uint8Array(batch * pixels);
  const weights = new Float32Array(batch * pixels);
  return (step) => {
    for (let i = 0; i < batch; i++) {
      const random = seededRandom(seed, step, i);
      const place = drawPlace(random);
      warpCrop(place, augment(random, tile), set.classWeights, random, {
        side: tile,
        offset: i * pixels,
        images,
        targets,
        weights,
      });
    }
    return { n: batch, height: tile, width: tile, images, targets, weights };
  };
}
