/** Reads the course layout: a folder with `image/` and `label/`, whose files carry the same section numbers. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, type Image } from '@cotrace/image-io';
import { TrainingError } from './errors.ts';
import type { LabelClass, Section } from './section.ts';
import { parseSectionRange } from './sectionRange.ts';

const IMAGE_FILE = /\.(png|jpe?g|tiff?)$/i;

/**
 * Sections in ascending number, named by their image file. `sections` picks numbers (`0-14,17`).
 * A grey of 0 that the table does not hold means unknown; any other grey outside the table is refused.
 * Throws FOLDER_NOT_FOUND, FOLDER_EMPTY, FILE_NAME_WITHOUT_NUMBER, NUMBER_TWICE, IMAGE_MISSING, LABEL_MISSING, LABEL_EXTRA,
 * LABEL_SIZE, LABEL_VALUE_UNKNOWN, SECTION_RANGE, and the ImageErrors of files that cannot be read.
 */
export async function readCourseFolder(
  folder: string,
  options: { sections?: string | undefined; labels: readonly LabelClass[] },
): Promise<Section[]> {
  const images = await numberedFiles(join(folder, 'image'));
  const labels = await numberedFiles(join(folder, 'label'));
  const wanted = options.sections === undefined ? [...images.keys()] : parseSectionRange(options.sections);
  for (const number of wanted) {
    if (!images.has(number))
      throw new TrainingError('IMAGE_MISSING', `no ${number} in ${join(folder, 'image')}`);
    if (!labels.has(number))
      throw new TrainingError('LABEL_MISSING', `no ${number} in ${join(folder, 'label')}`);
  }
  const extra = [...labels.keys()].find((number) => !images.has(number));
  if (extra !== undefined)
    throw new TrainingError('LABEL_EXTRA', `${join(folder, 'label', labels.get(extra)!)}`);
  const read: Section[] = [];
  for (const number of wanted) {
    const image = await readOnePage(join(folder, 'image', images.get(number)!));
    const labelPath = join(folder, 'label', labels.get(number)!);
    const label = await readOnePage(labelPath);
    if (label.width !== image.width || label.height !== image.height) {
      throw new TrainingError(
        'LABEL_SIZE',
        `${label.width} × ${label.height} in ${labelPath}, ${image.width} × ${image.height} in its image`,
      );
    }
    read.push({
      name: images.get(number)!,
      width: image.width,
      height: image.height,
      image: unitRange(image),
      labels: labelValues(label, options.labels, labelPath),
    });
  }
  return read;
}

/** Greyscale samples to 0…1. */
export function unitRange({ data, bitDepth }: Image): Float32Array {
  const scale = 1 / (2 ** bitDepth - 1);
  return Float32Array.from(data, (sample) => sample * scale);
}

/** Greys to label values. Throws LABEL_VALUE_UNKNOWN, naming the pixel. */
export function labelValues(label: Image, labels: readonly LabelClass[], name: string): Uint8Array {
  const valueOfGrey = new Int16Array(65_536).fill(-1);
  valueOfGrey[0] = 0;
  // 16-bit labels hold the same greys, stretched.
  const stretch = label.bitDepth === 16 ? 257 : 1;
  for (const { gray, value } of labels) valueOfGrey[gray * stretch] = value;
  const values = new Uint8Array(label.data.length);
  for (let i = 0; i < values.length; i++) {
    const value = valueOfGrey[label.data[i]!]!;
    if (value < 0) {
      const greys = labels.map(({ gray }) => gray * stretch).join(', ');
      const pixel = `(${i % label.width}, ${Math.floor(i / label.width)})`;
      throw new TrainingError(
        'LABEL_VALUE_UNKNOWN',
        `grey ${label.data[i]} at ${pixel} of ${name}, the table holds ${greys}`,
      );
    }
    values[i] = value;
  }
  return values;
}

async function numberedFiles(folder: string): Promise<Map<number, string>> {
  const names = (await listFolder(folder)).filter((name) => IMAGE_FILE.test(name) && !name.startsWith('.'));
  if (names.length === 0) throw new TrainingError('FOLDER_EMPTY', folder);
  const numbered = new Map<number, string>();
  for (const name of names) {
    const digits = /(\d+)\D*$/.exec(name.replace(IMAGE_FILE, ''));
    if (!digits) throw new TrainingError('FILE_NAME_WITHOUT_NUMBER', join(folder, name));
    const number = Number(digits[1]);
    const other = numbered.get(number);
    if (other !== undefined) throw new TrainingError('NUMBER_TWICE', `${other} and ${name} in ${folder}`);
    numbered.set(number, name);
  }
  return new Map([...numbered].sort(([a], [b]) => a - b));
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new TrainingError('FOLDER_NOT_FOUND', `${folder}: ${(cause as Error).message}`, cause);
  }
}

async function readOnePage(path: string): Promise<Image> {
  const pages = decodeImage(await readFile(path), path);
  if (pages.length !== 1) {
    throw new TrainingError(
      'SECTION_INVALID',
      `${pages.length} pages in ${path}; split the stack into one file a section`,
    );
  }
  return pages[0]!;
}
