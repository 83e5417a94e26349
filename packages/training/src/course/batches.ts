/**
 * Batches as the notes' generator yields them: whole sections, scaled to the tile's square, in an order that is drawn
 * anew for every pass over them, image and mask moved by the same draw. Step n of a seed is always the same batch.
 */
import type { TrainBatch } from '@cotrace/unet';
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
}): (step: number) => TrainBatch {
  const { tile, batch, seed } = options;
  const pictures = options.sections
    .map((section) => squareOf(section, options.labels, tile))
    .filter(({ classes }) => classes.some((index) => index !== UNKNOWN_CLASS));
  const pixels = tile * tile;
  return (step) => {
    const images = new Float32Array(batch * pixels);
    const targets = new Uint8Array(batch * pixels);
    const weights = new Float32Array(batch * pixels);
    for (let i = 0; i < batch; i++) {
      const shown = step * batch + i;
      const pass = Math.floor(shown / pictures.length);
      const place = orderOf(pass, pictures.length, seed)[shown % pictures.length]!;
      const by = courseAffine(drawCourseTransform(seededRandom(seed, step, i), tile), tile);
      warpPicture(pictures[place]!, by, { offset: i * pixels, images, targets, weights });
    }
    return { n: batch, height: tile, width: tile, images, targets, weights };
  };
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
