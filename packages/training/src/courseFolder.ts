/** Reads the course layout from a folder: `image/` and `label/`, whose files carry the same section numbers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, type Image, labelsFromGray, matchCourseLayout } from '@cotrace/image-io';
import { TrainingError } from './errors.ts';
import { listFolder } from './listFolder.ts';
import type { LabelClass, Section } from './section.ts';
import { parseSectionRange } from './sectionRange.ts';

/**
 * Sections in ascending number, named by their image file. `sections` picks numbers (`0-14,17`); files of other numbers
 * are not looked at.
 * Throws FOLDER_NOT_FOUND, SECTION_MISSING, STACK_NOT_SPLIT, LABEL_SIZE_DIFFERS, SECTION_RANGE; ImageError FOLDER_EMPTY,
 * NAME_NOT_NUMBERED, NUMBER_TWICE, LABEL_MISSING, LABEL_EXTRA, LABEL_VALUE_UNKNOWN and those of unreadable files.
 */
export async function readCourseFolder(
  folder: string,
  options: { sections?: string | undefined; labels: readonly LabelClass[] },
): Promise<Section[]> {
  const wanted = options.sections === undefined ? null : parseSectionRange(options.sections);
  const isWanted = (name: string) =>
    wanted === null || !/^\d+\./.test(name) || wanted.includes(parseInt(name, 10));
  const names = [...(await listKind(folder, 'image')), ...(await listKind(folder, 'label'))];
  const pairs = matchCourseLayout(names.filter((path) => isWanted(path.slice(path.indexOf('/') + 1))));
  const missing = wanted?.filter((number) => !pairs.some((pair) => pair.number === number)) ?? [];
  if (missing.length > 0)
    throw new TrainingError('SECTION_MISSING', `no ${missing.join(', ')} in ${folder}/image`);
  const read: Section[] = [];
  for (const pair of pairs) {
    const image = await readOnePage(join(folder, pair.image));
    read.push({
      name: pair.image.slice('image/'.length),
      width: image.width,
      height: image.height,
      image: unitRange(image),
      labels: pair.label === null ? null : await readLabel(join(folder, pair.label), image, options.labels),
    });
  }
  return read;
}

/** Greyscale samples to 0…1. */
export function unitRange({ data, bitDepth }: Image): Float32Array {
  const scale = 1 / (2 ** bitDepth - 1);
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) values[i] = data[i]! * scale;
  return values;
}

async function readLabel(path: string, image: Image, labels: readonly LabelClass[]): Promise<Uint8Array> {
  const label = await readOnePage(path);
  if (label.width !== image.width || label.height !== image.height) {
    throw new TrainingError(
      'LABEL_SIZE_DIFFERS',
      `${label.width} × ${label.height} in ${path}, ${image.width} × ${image.height} in its image`,
    );
  }
  return labelsFromGray(label, labels, path);
}

async function listKind(folder: string, kind: 'image' | 'label'): Promise<string[]> {
  try {
    return (await listFolder(join(folder, kind))).map((name) => `${kind}/${name}`);
  } catch (error) {
    // Images alone are a folder without labels: what needs labels says so itself.
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (kind === 'label' && code === 'ENOENT') return [];
    throw error;
  }
}

async function readOnePage(path: string): Promise<Image> {
  const pages = decodeImage(await readFile(path), path);
  if (pages.length !== 1) throw new TrainingError('STACK_NOT_SPLIT', `${pages.length} pages in ${path}`);
  return pages[0]!;
}
