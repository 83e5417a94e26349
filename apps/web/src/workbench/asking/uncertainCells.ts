/**
 * How uncertain the most uncertain place is that nobody has been to. Sums of a section's map over small cells, and the greatest mean
 * of a square of them; painted pixels are answered and count as certain, as they do where places are chosen. Pure.
 */
import { type Box, type Size, TILE_SIZE } from '@cotrace/mask';

/** Pixels: squares are looked at this far apart. Tiles hold whole cells. */
export const CELL = 8;

export interface UncertainCells {
  /** One tile of the map and of the mask: [128 * 128] bytes each, row-major; what lies beyond the section counts nothing. */
  addTile(tileIndex: number, map: Uint8Array, labels: Uint8Array): void;
  /**
   * The greatest mean of a square of `side` pixels (a multiple of the cell; less where the section is smaller) that touches
   * none of the boxes, in bytes of the map. Undefined when there is no such square.
   */
  greatestMean(side: number, visited: readonly Box[]): number | undefined;
}

export function createUncertainCells({ width, height }: Size): UncertainCells {
  const across = Math.ceil(width / CELL);
  const down = Math.ceil(height / CELL);
  const tilesAcross = Math.ceil(width / TILE_SIZE);
  const sums = new Float64Array(across * down);

  /** Sums of all cells above and left of a corner, [down + 1, across + 1]. */
  const integral = () => {
    const table = new Float64Array((across + 1) * (down + 1));
    for (let row = 0; row < down; row++) {
      let along = 0;
      for (let column = 0; column < across; column++) {
        along += sums[row * across + column]!;
        table[(row + 1) * (across + 1) + column + 1] = table[row * (across + 1) + column + 1]! + along;
      }
    }
    return table;
  };

  return {
    addTile(tileIndex, map, labels) {
      const left = (tileIndex % tilesAcross) * TILE_SIZE;
      const top = Math.floor(tileIndex / tilesAcross) * TILE_SIZE;
      const right = Math.min(TILE_SIZE, width - left);
      const bottom = Math.min(TILE_SIZE, height - top);
      for (let y = 0; y < bottom; y++) {
        const row = ((top + y) >> 3) * across + (left >> 3);
        for (let x = 0; x < right; x++) {
          const at = y * TILE_SIZE + x;
          if (labels[at] === 0) sums[row + (x >> 3)]! += map[at]!;
        }
      }
    },
    greatestMean(side, visited) {
      const table = integral();
      // A section narrower than a square is one square wide.
      const wide = Math.min(Math.round(side / CELL), Math.max(1, Math.floor(width / CELL)));
      const high = Math.min(Math.round(side / CELL), Math.max(1, Math.floor(height / CELL)));
      let greatest: number | undefined;
      for (let row = 0; row + high <= down; row++) {
        const [y0, y1] = [row * CELL, Math.min((row + high) * CELL, height)];
        for (let column = 0; column + wide <= across; column++) {
          const [x0, x1] = [column * CELL, Math.min((column + wide) * CELL, width)];
          if (visited.some((box) => x0 < box.x1 && x1 > box.x0 && y0 < box.y1 && y1 > box.y0)) continue;
          const corner = (r: number, c: number) => table[r * (across + 1) + c]!;
          const sum =
            corner(row + high, column + wide) -
            corner(row, column + wide) -
            corner(row + high, column) +
            corner(row, column);
          const mean = sum / ((x1 - x0) * (y1 - y0));
          if (greatest === undefined || mean > greatest) greatest = mean;
        }
      }
      return greatest;
    },
  };
}
