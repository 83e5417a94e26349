/** The five row filters of PNG (specification, clause 9), undone in place. Knows nothing of chunks or colours. */
import { imageError } from './errors.ts';

export interface FilteredRows {
  /** Where the first row's filter byte lies. */
  start: number;
  /** Bytes of a row without its filter byte. */
  bytesPerRow: number;
  rows: number;
  /** Distance to the corresponding byte of the pixel to the left; at least 1. */
  bytesPerPixel: number;
  /** The file's name, for the error. */
  name: string;
}

/** Throws IMAGE_CORRUPT for a filter byte above 4. */
export function unfilter(
  raw: Uint8Array,
  { start, bytesPerRow, rows, bytesPerPixel, name }: FilteredRows,
): void {
  for (let y = 0; y < rows; y++) {
    const row = start + y * (bytesPerRow + 1) + 1;
    const above = y === 0 ? -1 : row - bytesPerRow - 1;
    const end = row + bytesPerRow;
    const firstWithLeft = row + bytesPerPixel;
    const filter = raw[row - 1]!;
    if (filter === 1) {
      for (let i = firstWithLeft; i < end; i++) raw[i] = raw[i]! + raw[i - bytesPerPixel]!;
    } else if (filter === 2) {
      if (above >= 0) for (let i = row, up = above; i < end; i++, up++) raw[i] = raw[i]! + raw[up]!;
    } else if (filter === 3) {
      for (let i = row, up = above; i < end; i++, up++) {
        const left = i >= firstWithLeft ? raw[i - bytesPerPixel]! : 0;
        raw[i] = raw[i]! + ((left + (above >= 0 ? raw[up]! : 0)) >> 1);
      }
    } else if (filter === 4) {
      for (let i = row, up = above; i < end; i++, up++) {
        const hasLeft = i >= firstWithLeft;
        const left = hasLeft ? raw[i - bytesPerPixel]! : 0;
        const top = above >= 0 ? raw[up]! : 0;
        const corner = hasLeft && above >= 0 ? raw[up - bytesPerPixel]! : 0;
        raw[i] = raw[i]! + paeth(left, top, corner);
      }
    } else if (filter !== 0) {
      throw imageError('IMAGE_CORRUPT', { name, found: `row ${y} names filter ${filter}; there are 0 to 4` });
    }
  }
}

function paeth(left: number, top: number, corner: number): number {
  const estimate = left + top - corner;
  const toLeft = Math.abs(estimate - left);
  const toTop = Math.abs(estimate - top);
  const toCorner = Math.abs(estimate - corner);
  if (toLeft <= toTop && toLeft <= toCorner) return left;
  return toTop <= toCorner ? top : corner;
}
