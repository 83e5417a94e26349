import { TILE_PIXELS, TILE_SIZE } from '@cotrace/mask';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CELL, createUncertainCells } from './uncertainCells.ts';

interface Picture {
  width: number;
  height: number;
  map: Uint8Array;
  labels: Uint8Array;
}

function cellsOf({ width, height, map, labels }: Picture) {
  const cells = createUncertainCells({ width, height });
  const across = Math.ceil(width / TILE_SIZE);
  for (let index = 0; index < across * Math.ceil(height / TILE_SIZE); index++) {
    const [left, top] = [(index % across) * TILE_SIZE, Math.floor(index / across) * TILE_SIZE];
    // What lies beyond the edge is rubbish, and must not count.
    const [mapTile, labelTile] = [new Uint8Array(TILE_PIXELS).fill(255), new Uint8Array(TILE_PIXELS)];
    for (let y = 0; y < Math.min(TILE_SIZE, height - top); y++)
      for (let x = 0; x < Math.min(TILE_SIZE, width - left); x++) {
        mapTile[y * TILE_SIZE + x] = map[(top + y) * width + left + x]!;
        labelTile[y * TILE_SIZE + x] = labels[(top + y) * width + left + x]!;
      }
    cells.addTile(index, mapTile, labelTile);
  }
  return cells;
}

describe('the most uncertain place that is left', () => {
  it('has the mean that pixel by pixel has, painted pixels counting as certain', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 30 }),
        fc.integer({ min: 12, max: 30 }),
        fc.integer({ min: 0, max: 2 ** 30 }),
        (columns, rows, seed) => {
          const [width, height, side] = [columns * CELL, rows * CELL, 4 * CELL];
          let state = seed;
          const random = () => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            return state / 2 ** 32;
          };
          const map = Uint8Array.from({ length: width * height }, () => random() * 256);
          const labels = Uint8Array.from(map, () => (random() < 0.3 ? 2 : 0));
          const visited = [{ x0: 9, y0: 17, x1: 9 + side, y1: 17 + side }];
          let expected: number | undefined;
          for (let y0 = 0; y0 + side <= height; y0 += CELL)
            for (let x0 = 0; x0 + side <= width; x0 += CELL) {
              const { x0: l, y0: t, x1: r, y1: b } = visited[0]!;
              if (x0 < r && x0 + side > l && y0 < b && y0 + side > t) continue;
              let sum = 0;
              for (let y = y0; y < y0 + side; y++)
                for (let x = x0; x < x0 + side; x++)
                  if (labels[y * width + x] === 0) sum += map[y * width + x]!;
              expected = Math.max(expected ?? 0, sum / side ** 2);
            }
          const got = cellsOf({ width, height, map, labels }).greatestMean(side, visited);
          if (expected === undefined) expect(got).toBeUndefined();
          else expect(got).toBeCloseTo(expected, 6);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is there in sections smaller than a place, and is none when all of it was visited', () => {
    const [width, height] = [50, 40];
    const picture = {
      ...{ width, height },
      map: new Uint8Array(width * height).fill(100),
      labels: new Uint8Array(width * height),
    };
    const cells = cellsOf(picture);
    expect(cells.greatestMean(96, [])).toBeCloseTo(100, 6);
    expect(cells.greatestMean(96, [{ x0: 0, y0: 0, x1: width, y1: height }])).toBeUndefined();
  });
});
