/** Sections from NumPy arrays, as the notes' geneTrainNpy leaves them: `image_arr.npy` and `mask_arr.npy` in one folder. */
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeNpy, type NpyArray } from '@cotrace/image-io';
import { TrainingError } from './errors.ts';
import { classesOf, type LabelClass, type Section } from './section.ts';
import { parseSectionRange } from './sectionRange.ts';

const IMAGES = 'image_arr.npy';
const MASKS = 'mask_arr.npy';

export async function isArrayFolder(folder: string): Promise<boolean> {
  return (await statsOf(join(folder, IMAGES)))?.isFile() ?? false;
}

/**
 * Images [n, h, w] or [n, h, w, 1], bytes or greys 0…1; masks of the same shape with class indices (0 and 1), or one-hot,
 * [n, h, w, labels]. `sections` picks places in the arrays.
 * Throws ARRAY_SHAPE, SECTION_MISSING, SECTION_RANGE; ImageError ARRAY_UNREADABLE.
 */
export async function readArrayFolder(
  folder: string,
  options: { sections?: string | undefined; labels: readonly LabelClass[] },
): Promise<Section[]> {
  const path = (name: string) => join(folder, name);
  const images = decodeNpy(await readFile(path(IMAGES)), path(IMAGES));
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if (images.shape.length < 3 || images.shape.length > 4 || channels !== 1 || images.data.length === 0) {
    throw new TrainingError('ARRAY_SHAPE', `(${images.shape.join(', ')}) in ${path(IMAGES)}`);
  }
  const hasMasks = (await statsOf(path(MASKS))) !== undefined;
  const masks = hasMasks
    ? labelsOf(decodeNpy(await readFile(path(MASKS)), path(MASKS)), [count, height, width], options.labels)
    : null;
  const numbers =
    options.sections === undefined
      ? Array.from({ length: count }, (_, i) => i)
      : parseSectionRange(options.sections);
  const missing = numbers.filter((number) => number >= count);
  if (missing.length > 0) {
    throw new TrainingError('SECTION_MISSING', `no ${missing.join(', ')} among ${count} in ${path(IMAGES)}`);
  }
  const scale = { u1: 1 / 255, u2: 1 / 65_535 }[images.type] ?? 1;
  const pixels = width * height;
  return numbers.map((number) => ({
    name: String(number),
    width,
    height,
    image: Float32Array.from(images.data.subarray(number * pixels, (number + 1) * pixels), (v) => v * scale),
    labels: masks?.slice(number * pixels, (number + 1) * pixels) ?? null,
  }));
}

/** Undefined: there is no such file. One that may not be looked at is no missing one. */
function statsOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/** Label values, [n, h, w]. */
function labelsOf(
  { shape, data }: NpyArray,
  of: readonly number[],
  labels: readonly LabelClass[],
): Uint8Array {
  const classes = classesOf(labels);
  const channels = shape[3] ?? 1;
  const fits = of.every((side, axis) => shape[axis] === side) && shape.length <= 4;
  if (!fits || (channels !== 1 && channels !== classes.length)) {
    throw new TrainingError(
      'ARRAY_SHAPE',
      `(${shape.join(', ')}) in ${MASKS} for images of (${of.join(', ')}) and ${classes.length} labels`,
    );
  }
  return Uint8Array.from({ length: data.length / channels }, (_, pixel) => {
    let index = data[pixel]!;
    if (channels > 1) {
      index = 0;
      for (let c = 1; c < channels; c++) {
        if (data[pixel * channels + c]! > data[pixel * channels + index]!) index = c;
      }
    }
    const found = classes[index];
    if (found === undefined) {
      throw new TrainingError('LABEL_VALUE_UNKNOWN', `class ${index} of ${classes.length} in ${MASKS}`);
    }
    return found.value;
  });
}
