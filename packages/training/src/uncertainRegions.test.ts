import { describe, expect, test } from 'vitest';
import { seededRandom } from './seededRandom.ts';
import { uncertainRegions } from './uncertainRegions.ts';

const width = 300;
const height = 200;
const random = seededRandom(4);
/** One very uncertain corner, some uncertainty everywhere. */
const map = Float32Array.from({ length: width * height }, (_, at) => {
  const x = at % width;
  const y = Math.floor(at / width);
  return x > 200 && y < 80 ? 0.6 : 0.2 * random.unit();
});
const ask = (seed: number, count = 8, side = 64) =>
  uncertainRegions(map, { width, height, side, count, seed });

describe('uncertain regions', () => {
  test('lie inside, do not overlap, come most uncertain first and are at most as many as asked for', () => {
    for (let seed = 0; seed < 20; seed++) {
      const regions = ask(seed);
      expect(regions.length).toBeGreaterThan(3);
      expect(regions.length).toBeLessThanOrEqual(8);
      regions.forEach((region, i) => {
        expect(region.x).toBeGreaterThanOrEqual(0);
        expect(region.x + region.width).toBeLessThanOrEqual(width);
        expect(region.y + region.height).toBeLessThanOrEqual(height);
        expect(region.score).toBeLessThanOrEqual(regions[i - 1]?.score ?? Infinity);
        for (const other of regions.slice(0, i)) {
          const apart = Math.abs(region.x - other.x) >= 64 || Math.abs(region.y - other.y) >= 64;
          expect(apart, `seed ${seed}`).toBe(true);
        }
      });
    }
  });

  test('find the uncertain corner', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(ask(seed, 1)[0]!.score, `seed ${seed}`).toBeGreaterThan(0.2);
    }
  });

  test('are the same for a seed and differ between seeds', () => {
    expect(ask(1)).toEqual(ask(1));
    expect(new Set(Array.from({ length: 10 }, (_, seed) => JSON.stringify(ask(seed)))).size).toBeGreaterThan(
      5,
    );
  });

  test('score is the mean of the map', () => {
    const [{ x, y, width: w, height: h, score }] = ask(2, 1) as [ReturnType<typeof ask>[0]];
    let sum = 0;
    for (let row = y; row < y + h; row++)
      for (let column = x; column < x + w; column++) sum += map[row * width + column]!;
    expect(score).toBeCloseTo(sum / (w * h), 6);
  });

  test('fit a section smaller than themselves, and ask for nothing where all is certain', () => {
    expect(
      uncertainRegions(map.slice(0, 40 * 30), { width: 40, height: 30, side: 64, count: 3, seed: 1 }),
    ).toEqual([expect.objectContaining({ x: 0, y: 0, width: 40, height: 30 })]);
    expect(
      uncertainRegions(new Float32Array(100), { width: 10, height: 10, side: 4, count: 3, seed: 1 }),
    ).toEqual([]);
  });
});
