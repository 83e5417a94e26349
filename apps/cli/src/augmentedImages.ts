/** The crops that a run trains on, as PNGs: image_<n>.png and mask_<n>.png, as Keras's save_to_dir shows them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng } from '@cotrace/image-io';
import { classesOf, type LabelClass, type TrainOptions } from '@cotrace/training';

type OnBatch = NonNullable<TrainOptions['onBatch']>;

/** Each image is stretched from its darkest to its brightest pixel; masks hold the greys of the labels. */
export async function createAugmentedImages(folder: string, labels: readonly LabelClass[]): Promise<OnBatch> {
  await mkdir(folder, { recursive: true });
  const grays = classesOf(labels).map(({ gray }) => gray);
  const unpainted = [128, 127, 64, 192].find((gray) => !grays.includes(gray)) ?? 128;
  return async (step, { n, width, height, images, targets, weights }) => {
    const pixels = width * height;
    for (let i = 0; i < n; i++) {
      const of = <T extends { subarray(from: number, to: number): T }>(all: T) =>
        all.subarray(i * pixels, (i + 1) * pixels);
      const painted = of(weights);
      const mask = of(targets).map((index, at) => (painted[at]! > 0 ? grays[index]! : unpainted));
      const write = (name: string, data: Uint8Array) =>
        writeFile(
          join(folder, `${name}_${step * n + i}.png`),
          encodePng({ width, height, bitDepth: 8, data }),
        );
      await write('image', stretched(of(images)));
      await write('mask', mask);
    }
  };
}

function stretched(image: Float32Array): Uint8Array {
  let low = Infinity;
  let high = -Infinity;
  for (const value of image) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(image, (value) => Math.round((value - low) * scale));
}
