/** Grey values of `label/` images ⇄ label values of a task (0 = unknown). Knows no file format. */
import { imageError } from './errors.ts';
import type { Image } from './image.ts';

/** One row of a label table: `value` 1…255 in masks, `gray` 0…255 in images. */
export interface LabelGray {
  value: number;
  gray: number;
}

/**
 * Label values, [height, width]. A 16-bit image holds either the grey values themselves or, stretched, 257 times them.
 * Throws LABEL_VALUE_UNKNOWN, which names the values that are not in the table and the first pixel that has one.
 */
export function labelsFromGray(image: Image, table: readonly LabelGray[], name = 'the label'): Uint8Array {
  const stretch = image.bitDepth === 16 && image.data.some((gray) => gray > 255) ? 257 : 1;
  const labelOf = new Uint8Array(65_536);
  for (const { value, gray } of table) labelOf[gray * stretch] = value;
  const labels = new Uint8Array(image.data.length);
  const unknown = new Set<number>();
  let first = -1;
  for (let at = 0; at < labels.length; at++) {
    const gray = image.data[at]!;
    const value = labelOf[gray]!;
    if (value === 0) {
      if (first < 0) first = at;
      unknown.add(gray);
    }
    labels[at] = value;
  }
  if (first >= 0) {
    throw imageError('LABEL_VALUE_UNKNOWN', {
      name,
      came: [...unknown].sort((a, b) => a - b),
      expected: table.map(({ gray }) => gray * stretch).sort((a, b) => a - b),
      firstValue: image.data[first]!,
      x: first % image.width,
      y: Math.floor(first / image.width),
    });
  }
  return labels;
}

/** An 8-bit image of grey values; unknown pixels, and labels that the table lacks, become `unknownGray`. */
export function grayFromLabels(
  { width, height, labels }: { width: number; height: number; labels: Uint8Array },
  table: readonly LabelGray[],
  unknownGray: number,
): Image {
  const grayOf = new Uint8Array(256).fill(unknownGray);
  for (const { value, gray } of table) grayOf[value] = gray;
  return { width, height, bitDepth: 8, data: labels.map((value) => grayOf[value]!) };
}
