/** What `score` compares: labels by number, and the prediction that belongs to each. Knows no metric. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeFloatStack, decodeImage, type Image, labelsFromGray, peekImage } from '@cotrace/image-io';
import type { LabelledSection } from '@cotrace/metrics';
import { numberedFiles, parseSectionRange } from '@cotrace/training';
import { cliError } from './errors.ts';
import { layoutFolder, readOnePage } from './imageFiles.ts';
import { needFolder, needPath } from './options.ts';

export interface ScoreInput {
  numbers: number[];
  labels: LabelledSection[];
  predictions: Float32Array[];
}

/** Throws PATH_NOT_FOUND, LABEL_MISSING, PREDICTION_MISSING, PREDICTIONS_DO_NOT_FIT and the errors of the files. */
export async function readScoreInput(options: {
  labels: string;
  prediction: string;
  sections?: string;
}): Promise<ScoreInput> {
  await needFolder('--labels', options.labels);
  const kind = await needPath('--prediction', options.prediction);
  const folder = await layoutFolder(options.labels, 'label');
  const files = await numberedFiles(folder);
  const numbers = options.sections === undefined ? [...files.keys()] : parseSectionRange(options.sections);
  const labels: LabelledSection[] = [];
  for (const number of numbers) {
    const file = files.get(number);
    if (file === undefined) throw cliError('LABEL_MISSING', { number, source: folder });
    labels.push(await readLabels(join(folder, file)));
  }
  const predictions =
    kind === 'folder'
      ? await readFolder(options.prediction, numbers)
      : await readStack(options.prediction, { numbers, all: [...files.keys()] });
  return { numbers, labels, predictions };
}

/** 0 = membrane, the one other value = cell. */
async function readLabels(path: string): Promise<LabelledSection> {
  const image = await readOnePage(path);
  let top = 1;
  for (const gray of image.data) top = Math.max(top, gray);
  const cell = image.bitDepth === 16 && top === 65_535 ? 255 : Math.min(top, 255);
  const values = labelsFromGray(
    image,
    [
      { value: 1, gray: 0 },
      { value: 2, gray: cell },
    ],
    path,
  );
  return { width: image.width, height: image.height, labels: values.map((value) => value - 1) };
}

async function readFolder(folder: string, numbers: readonly number[]): Promise<Float32Array[]> {
  const files = await numberedFiles(folder);
  const predictions: Float32Array[] = [];
  for (const number of numbers) {
    const file = files.get(number);
    if (file === undefined) throw cliError('PREDICTION_MISSING', { number, source: folder });
    predictions.push(probabilities(await readOnePage(join(folder, file))));
  }
  return predictions;
}

/** One page for each section scored, or one for each section that has a label. */
async function readStack(
  path: string,
  { numbers, all }: { numbers: readonly number[]; all: readonly number[] },
): Promise<Float32Array[]> {
  const bytes = await readFile(path);
  const name = basename(path);
  const pages =
    peekImage(bytes, name).sampleFormat === 'float'
      ? decodeFloatStack(bytes, name).map(({ data }) => data)
      : decodeImage(bytes, name).map(probabilities);
  if (pages.length === numbers.length) return pages;
  if (pages.length === all.length) return numbers.map((number) => pages[all.indexOf(number)]!);
  throw cliError('PREDICTIONS_DO_NOT_FIT', {
    labels: numbers.length,
    predictions: pages.length,
    source: path,
  });
}

function probabilities({ data, bitDepth }: Image): Float32Array {
  const top = 2 ** bitDepth - 1;
  return Float32Array.from(data, (value) => value / top);
}
