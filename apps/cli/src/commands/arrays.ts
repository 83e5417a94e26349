/** `cotrace arrays`: images and masks as NumPy arrays, as the notes' geneTrainNpy makes them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePages, encodeNpy, type Image, labelsFromGray } from '@cotrace/image-io';
import {
  classesOf,
  classIndices,
  type LabelClass,
  readCourseFolder,
  type Section,
  unitRange,
} from '@cotrace/training';
import type { Command } from 'commander';
import { labelsOfTask } from '../labelTable.ts';
import { needOneSize } from '../predictionFiles.ts';
import type { Shell } from '../shell.ts';
import { findTaskFolder, type TaskFolderOptions, withTaskFolderOptions } from '../taskFolder.ts';

interface ArraysOptions extends TaskFolderOptions {
  out: string;
  json?: true;
}

export function addArrays(program: Command, shell: Shell): void {
  withTaskFolderOptions(program.command('arrays'))
    .description('Write image_arr.npy and mask_arr.npy of a folder, or of what --save-augmented wrote')
    .requiredOption('--out <DIR>', 'folder to write the arrays into')
    .option('--json', 'the result as JSON')
    .addHelpText('after', '\nExample:\n  cotrace arrays --data data/Membrane --out arrays')
    .action(async (options: ArraysOptions) => {
      const { sections, labels } = await readAll(options);
      for (const section of sections) needOneSize(sections[0]!, section);
      await mkdir(options.out, { recursive: true });
      const written = [await writeArray(options.out, 'image_arr.npy', imageArray(sections))];
      if (sections.every((section) => section.labels !== null)) {
        written.push(await writeArray(options.out, 'mask_arr.npy', maskArray(sections, labels)));
      }
      if (options.json) shell.print(JSON.stringify({ arrays: written }));
      else for (const { path, shape } of written) shell.print(`${path}: (${shape.join(', ')}).`);
    });
}

interface Floats {
  shape: number[];
  data: Float32Array;
}

async function writeArray(folder: string, name: string, array: Floats) {
  const path = join(folder, name);
  await writeFile(path, encodeNpy(array));
  return { path, shape: array.shape };
}

/** [sections, height, width, 1], 0…1. */
function imageArray(sections: readonly Section[]): Floats {
  const { width, height } = sections[0]!;
  const data = new Float32Array(sections.length * width * height);
  for (const [at, { image }] of sections.entries()) data.set(image, at * image.length);
  return { shape: [sections.length, height, width, 1], data };
}

/** [sections, height, width, 1] of 0 and 1 for two labels; else one-hot, [sections, height, width, labels]. */
function maskArray(sections: readonly Section[], labels: readonly LabelClass[]): Floats {
  const { width, height } = sections[0]!;
  const classes = classesOf(labels).length;
  const channels = classes === 2 ? 1 : classes;
  const data = new Float32Array(sections.length * width * height * channels);
  let at = 0;
  for (const section of sections) {
    for (const index of classIndices(section, labels)) {
      if (channels === 1) data[at] = index;
      else data[at + index] = 1;
      at += channels;
    }
  }
  return { shape: [sections.length, height, width, channels], data };
}

async function readAll(options: ArraysOptions): Promise<{ sections: Section[]; labels: LabelClass[] }> {
  const augmented = await augmentedNumbers(options.data);
  if (augmented.length > 0 && options.task === undefined) {
    const labels = options.labels ?? labelsOfTask('Membrane');
    const sections: Section[] = [];
    for (const number of augmented) sections.push(await readAugmented(options.data, number, labels));
    return { sections, labels };
  }
  const { path, labels } = await findTaskFolder(options);
  return { sections: await readCourseFolder(path, { sections: options.sections, labels }), labels };
}

async function augmentedNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []; // findTaskFolder says so
    throw error;
  });
  return names
    .map((name) => /^image_(\d+)\.png$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

async function readAugmented(
  folder: string,
  number: number,
  labels: readonly LabelClass[],
): Promise<Section> {
  const image = await readPage(join(folder, `image_${number}.png`));
  const maskPath = join(folder, `mask_${number}.png`);
  const { width, height } = image;
  return {
    name: `image_${number}.png`,
    width,
    height,
    image: unitRange(image),
    labels: labelsFromGray(await readPage(maskPath), labels, maskPath),
  };
}

async function readPage(path: string): Promise<Image> {
  const [page] = decodePages(await readFile(path), path);
  return page!;
}
