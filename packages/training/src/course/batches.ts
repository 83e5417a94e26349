/**
 * Batches as the notes' generator yields them: whole sections, scaled to the tile's square, in an order that is drawn
 * anew for every pass over them, image and mask moved by the same draw. Step n of a seed is always the same batch.
 */
import type { TrainBatch } from '@cotrace/unet';
import type { Batches, Share, Tile } from '../batches.ts';
import { classIndices, type LabelClass, type Section, UNKNOWN_CLASS } from '../section.ts';
import { seededRandom } from '../seededRandom.ts';
import { courseAffine, drawCourseTransform } from './augmentation.ts';
import { resizeNearest } from './resize.ts';
import { type SquarePicture, warpPicture } from './warp.ts';

const ORDER = 0x0de2;

/**
 * Sections without a painted pixel are left out; at least one must have some. Keras ends each pass with a smaller batch
 * where the sections do not divide; here that batch is filled up from the next pass.
 */
export function createCourseBatches(options: {
  sections: readonly Section[];
  labels: readonly LabelClass[];
  tile: number;
  batch: number;
  seed: number;
}): Batches {
  const { tile, batch, seed } = options;
  const pictures = options.sections
    .map((section) => ({ section, picture: squareOf(section, options.labels, tile) }))
    .filter(({ picture }) => picture.classes.some((index) => index !== UNKNOWN_CLASS));
  const pixels = tile * tile;
  const placeOf = (step: number, image: number) => {
    const shown = step * batch + image;
    const pass = Math.floor(shown / pictures.length);
    return orderOf(pass, pictures.length, seed)[shown % pictures.length]!;
  };
  const make = (step: number, { first, count }: Share = { first: 0, count: batch }): TrainBatch => {
    const images = new Float32Array(count * pixels);
    const targets = new Uint8Array(count * pixels);
    const weights = new Float32Array(count * pixels);
    for (let i = 0; i < count; i++) {
      const by = courseAffine(drawCourseTransform(seededRandom(seed, step, first + i), tile), tile);
      warpPicture(pictures[placeOf(step, first + i)]!.picture, by, {
        offset: i * pixels,
        images,
        targets,
        weights,
      });
    }
    return { n: count, height: tile, width: tile, firstImage: first, step, images, targets, weights };
  };
  const tiles = (step: number): Tile[] =>
    Array.from({ length: batch }, (_, image) => {
      const { name, width, height } = pictures[placeOf(step, image)]!.section;
      return { section: name, x: 0, y: 0, width, height };
    });
  return Object.assign(make, { tiles });
}

function squareOf(section: Section, labels: readonly LabelClass[], side: number): SquarePicture {
  const { width, height, image } = section;
  const classes = classIndices(section, labels);
  const size = { width: side, height: side };
  return {
    side,
    image: resizeNearest({ width, height, values: image }, size),
    classes: resizeNearest({ width, height, values: classes }, size),
  };
}

/** A permutation of 0…count − 1 (Fisher–Yates). */
function orderOf(pass: number, count: number, seed: number): number[] {
  const random = seededRandom(seed, ORDER, pass);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
