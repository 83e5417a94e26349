/** Training batches: step n of a seed is always the same batch, so a resumed run goes on as if it had not stopped. */
import type { TrainBatch } from '@cotrace/unet';
import type { DrawAugmentation } from './augmentation.ts';
import { cropPlaces } from './cropPlaces.ts';
import { seededRandom } from './seededRandom.ts';
import type { TrainingSet } from './trainingSet.ts';
import { cropMiddle, warpCrop } from './warp.ts';

/** Images of a batch that one of several processes takes: `count` of them, from number `first` on. */
export interface Share {
  first: number;
  count: number;
}

/** Where an image of a batch lies in its section, pixels; without its turn and bend. */
export interface Tile {
  section: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Batches {
  /** The batch of a step, or a share of it: the same images, whoever makes them. */
  (step: number, share?: Share): TrainBatch;
  /** Where its images come from. */
  tiles(step: number): Tile[];
}

/** Its arrays are used again by the next call: a batch is to be consumed before that. */
export function createBatches(
  set: TrainingSet,
  options: { tile: number; batch: number; seed: number; augment: DrawAugmentation },
): Batches {
  const { tile, batch, seed, augment } = options;
  const drawPlace = cropPlaces(set);
  const pixels = tile * tile;
  const images = new Float32Array(batch * pixels);
  const targets = new Uint8Array(batch * pixels);
  const weights = new Float32Array(batch * pixels);
  const make = (step: number, { first, count }: Share = { first: 0, count: batch }): TrainBatch => {
    for (let i = 0; i < count; i++) {
      const random = seededRandom(seed, step, first + i);
      const place = drawPlace(random);
      warpCrop(place, augment(random, tile), set.classWeights, random, {
        side: tile,
        offset: i * pixels,
        images,
        targets,
        weights,
      });
    }
    const part = <T extends Float32Array | Uint8Array>(values: T) => values.subarray(0, count * pixels) as T;
    return {
      ...{ n: count, height: tile, width: tile, firstImage: first, step },
      ...{ images: part(images), targets: part(targets), weights: part(weights) },
    };
  };
  const tiles = (step: number): Tile[] =>
    Array.from({ length: batch }, (_, image) => {
      const random = seededRandom(seed, step, image);
      const place = drawPlace(random);
      const middle = cropMiddle(place, augment(random, tile), tile, random);
      const [x, y] = [middle.x, middle.y].map((at) => Math.round(at - (tile - 1) / 2)) as [number, number];
      return { section: place.section.name, x, y, width: tile, height: tile };
    });
  return Object.assign(make, { tiles });
}
