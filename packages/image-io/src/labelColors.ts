/** Label values to colours: what a mask looks like to people. Knows no file format. */
import type { RgbImage } from './image.ts';

/** One row of a label table: `value` 1…255, `color` as #rrggbb. */
export interface LabelColor {
  value: number;
  color: string;
}

/** Unknown pixels (0), and labels that the table lacks, become black. */
export function colorsFromLabels(
  { width, height, labels }: { width: number; height: number; labels: Uint8Array },
  table: readonly LabelColor[],
): RgbImage {
  const channels = new Uint8Array(3 * 256);
  for (const { value, color } of table) {
    for (let c = 0; c < 3; c++)
      channels[3 * value + c] = Number.parseInt(color.slice(1 + 2 * c, 3 + 2 * c), 16);
  }
  const data = new Uint8Array(3 * labels.length);
  for (let at = 0; at < labels.length; at++) {
    for (let c = 0; c < 3; c++) data[3 * at + c] = channels[3 * labels[at]! + c]!;
  }
  return { width, height, data };
}
