/** Where predictions go: a float TIFF, a NumPy array, result images. Each takes section after section. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { colorsFromLabels, encodeNpy, encodePng } from '@cotrace/image-io';
import { classesOf, type LabelClass, type Prediction } from '@cotrace/training';
import { cliError } from './errors.ts';
import { createFloatStack } from './floatStack.ts';
import { colored } from './labelTable.ts';

export interface PredictedSection extends Prediction {
  /** The number in its file's name, else its place in the stack. */
  number: string;
  width: number;
  height: number;
}

export interface PredictionFile extends AsyncDisposable {
  add(section: PredictedSection): Promise<void>;
  finish(): Promise<void>;
}

const nothing = async () => {};

/** By the ending of `path`: .npy [sections, height, width, labels], else a float TIFF, which holds two labels only. */
export async function createPredictionFile(
  path: string,
  labels: readonly LabelClass[],
): Promise<PredictionFile> {
  if (/\.npy$/i.test(path)) return createArray(path, labels.length === 2 ? 1 : labels.length);
  if (labels.length !== 2) throw cliError('MODEL_HAS_MANY_LABELS', { labels: labels.length });
  const stack = await createFloatStack(path);
  return {
    add: ({ width, height, probability }) => stack.add({ width, height, data: probability }),
    finish: () => stack.finish(),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

function createArray(path: string, channels: number): PredictionFile {
  const sections: PredictedSection[] = [];
  return {
    async add(section) {
      sections.push(section);
      needOneSize(sections.at(0)!, section);
    },
    async finish() {
      const { width, height } = sections[0]!;
      const data = new Float32Array(sections.length * width * height * channels);
      for (const [at, { probability }] of sections.entries()) data.set(probability, at * probability.length);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(
        `${path}.partial`,
        encodeNpy({ shape: [sections.length, height, width, channels], data }),
      );
      await rename(`${path}.partial`, path);
    },
    [Symbol.asyncDispose]: nothing,
  };
}

/** Throws SIZES_DIFFER: an array has one height and one width. */
export function needOneSize(
  first: { width: number; height: number },
  other: { width: number; height: number },
): void {
  if (first.width === other.width && first.height === other.height) return;
  throw cliError('SIZES_DIFFER', {
    first: `${first.width} × ${first.height}`,
    other: `${other.width} × ${other.height}`,
  });
}

/** `<number>_predict.png`: grey for two labels, 255 = certainly the lighter one; else the most likely label's colour. */
export async function createResultImages(
  folder: string,
  labels: readonly LabelClass[],
): Promise<PredictionFile> {
  await mkdir(folder, { recursive: true });
  const values = classesOf(labels).map(({ value }) => value);
  const table = colored(labels);
  return {
    async add({ number, width, height, probability }) {
      const png =
        values.length === 2
          ? encodePng({ width, height, bitDepth: 8, data: greys(probability) })
          : encodePng(colorsFromLabels({ width, height, labels: mostLikely(probability, values) }, table));
      await writeFile(join(folder, `${number}_predict.png`), png);
    },
    finish: nothing,
    [Symbol.asyncDispose]: nothing,
  };
}

function greys(probability: Float32Array): Uint8Array {
  return Uint8Array.from(probability, (p) => Math.round(255 * p));
}

/** Label values, [height, width], from probabilities, [height, width, labels]. */
function mostLikely(probability: Float32Array, values: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: probability.length / values.length }, (_, pixel) => {
    let best = 0;
    for (let c = 1; c < values.length; c++) {
      const at = pixel * values.length;
      if (probability[at + c]! > probability[at + best]!) best = c;
    }
    return values[best]!;
  });
}
