import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { closeHoles, EMPTY_RUNS, fillSimilar, runsFromTriples } from './index.ts';
import { anyRuns, cases, HEIGHT, PATIENCE_MS, pixelsOf, runsOf, WIDTH } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

const SIDE = 12;
const size = { width: SIDE, height: SIDE };

/** The pixels that can be reached from one, by a loop over neighbours. */
function reachedFrom(
  x: number,
  y: number,
  isOpen: (x: number, y: number) => boolean,
  side: [number, number],
) {
  const reached = new Set<string>();
  const queue: [number, number][] = [[x, y]];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [px, py] = next;
    const inside = px >= 0 && py >= 0 && px < side[0] && py < side[1];
    if (!inside || reached.has(`${px},${py}`) || !isOpen(px, py)) continue;
    reached.add(`${px},${py}`);
    queue.push([px + 1, py], [px - 1, py], [px, py + 1], [px, py - 1]);
  }
  return reached;
}

const picture = (max: number) =>
  fc
    .array(fc.integer({ min: 0, max }), { minLength: SIDE * SIDE, maxLength: SIDE * SIDE })
    .map((numbers) => Uint8Array.from(numbers));
const place = fc.integer({ min: 0, max: SIDE - 1 });

describe('a fill', () => {
  test('[M8] covers the 4-connected pixels of similar value, and enters no wall', () => {
    fc.assert(
      fc.property(picture(4), picture(3), place, place, fc.integer({ min: 0, max: 3 }), (...drawn) => {
        const [values, some, x, y, tolerance] = drawn;
        // One in four is a wall.
        const walls = some.map((value) => (value === 0 ? 1 : 0));
        const isOpen = (px: number, py: number) =>
          walls[py * SIDE + px] === 0 &&
          Math.abs(values[py * SIDE + px]! - values[y * SIDE + x]!) <= tolerance;
        const reached = reachedFrom(x, y, isOpen, [SIDE, SIDE]);
        const filled = fillSimilar(values, size, { x, y }, { tolerance, maxPixels: 1000, walls });
        expect(filled.runs).toEqual(runsOf((px, py) => reached.has(`${px},${py}`), SIDE, SIDE));
        expect([filled.pixels, filled.gaveUp]).toEqual([reached.size, false]);
      }),
      cases(200),
    );
  });
  test('[M8] gives up beyond its greatest number of pixels, and fills exactly as many', () => {
    const fill = (maxPixels: number) =>
      fillSimilar(new Uint8Array(SIDE * SIDE), size, { x: 3, y: 3 }, { tolerance: 0, maxPixels });
    expect(fill(SIDE * SIDE).gaveUp).toBe(false);
    expect(fill(SIDE * SIDE - 1).gaveUp).toBe(true);
    expect(fill(20).pixels).toBeLessThan(SIDE * SIDE);
  });
  test('[M8] from outside or from a wall covers nothing', () => {
    const walls = new Uint8Array(SIDE * SIDE).fill(1);
    const values = new Uint8Array(SIDE * SIDE);
    const options = { tolerance: 255, maxPixels: 1000 };
    expect(fillSimilar(values, size, { x: -1, y: 3 }, options).runs).toEqual(EMPTY_RUNS);
    expect(fillSimilar(values, size, { x: 3, y: 3 }, { ...options, walls }).runs).toEqual(EMPTY_RUNS);
  });
});

describe('closing holes', () => {
  test('[M8] adds the parts that are surrounded, up to a size, and nothing else', () => {
    fc.assert(
      fc.property(anyRuns, anyRuns, fc.integer({ min: 1, max: 40 }), (some, others, maxPixels) => {
        // What two sets have not in common has many holes.
        const [a, b] = [pixelsOf(some), pixelsOf(others)];
        const isIn = (x: number, y: number) => a.has(`${x},${y}`) !== b.has(`${x},${y}`);
        const runs = runsOf(isIn);
        // Moved by one: beyond the edge lies the outside.
        const isOut = (x: number, y: number) => !isIn(x - 1, y - 1);
        const outside = reachedFrom(0, 0, isOut, [WIDTH + 2, HEIGHT + 2]);
        const expected = runsOf((x, y) => {
          if (isIn(x, y)) return true;
          if (outside.has(`${x + 1},${y + 1}`)) return false;
          return reachedFrom(x + 1, y + 1, isOut, [WIDTH + 2, HEIGHT + 2]).size <= maxPixels;
        });
        expect(closeHoles(runs, maxPixels)).toEqual(expected);
      }),
      cases(60),
    );
    expect(closeHoles(runsFromTriples([]), 9)).toEqual(EMPTY_RUNS);
  });
});
