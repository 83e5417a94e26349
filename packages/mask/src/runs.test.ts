import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  boundingBox,
  clip,
  clipToBox,
  intersect,
  pixelCount,
  type Runs,
  runsEqual,
  runsFromTriples,
  runsOfLabel,
  subtract,
  toBitmap,
  union,
  unionAll,
} from './index.ts';
import { anyRuns, cases, HEIGHT, PATIENCE_MS, pixelsOf, runsOf, WIDTH } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

const fromPixels = (pixels: ReadonlySet<string>) => runsOf((x, y) => pixels.has(`${x},${y}`));

describe('runs', () => {
  test('[M1] equal sets are equal arrays, whatever they were built from', () => {
    fc.assert(
      fc.property(anyRuns, anyRuns, (a, b) => {
        const whole = union(a, b);
        expect(runsEqual(whole, fromPixels(pixelsOf(whole)))).toBe(true);
        expect(runsFromTriples(whole)).toEqual(whole);
      }),
      cases(200),
    );
  });
  test.each([
    ['two numbers', [0, 1]],
    ['an empty run', [0, 3, 3]],
    ['rows out of order', [2, 0, 1, 1, 0, 1]],
    ['runs that overlap', [0, 0, 4, 0, 3, 6]],
    ['runs that touch', [0, 0, 4, 0, 4, 6]],
    ['half a pixel', [0, 0.5, 4]],
    ['no number', [0, Number.NaN, 4]],
  ])('[M1] %s are refused', (_, triples) => {
    expect(() => runsFromTriples(triples)).toThrow(expect.objectContaining({ code: 'RUNS_NOT_CANONICAL' }));
  });

  test.each([
    ['union', union, (a: boolean, b: boolean) => a || b],
    ['difference', subtract, (a: boolean, b: boolean) => a && !b],
    ['intersection', intersect, (a: boolean, b: boolean) => a && b],
  ])('[M2] the %s is that of the pixel sets', (_, combine, rule) => {
    fc.assert(
      fc.property(anyRuns, anyRuns, (a, b) => {
        const inA = pixelsOf(a);
        const inB = pixelsOf(b);
        expect(combine(a, b)).toEqual(runsOf((x, y) => rule(inA.has(`${x},${y}`), inB.has(`${x},${y}`))));
      }),
      cases(200),
    );
  });
  test('[M2] union is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(anyRuns, anyRuns, anyRuns, (a, b, c) => {
        expect(union(a, b)).toEqual(union(b, a));
        expect(union(a, union(b, c))).toEqual(union(union(a, b), c));
        expect(union(a, a)).toEqual(a);
        expect(unionAll([a, b, c])).toEqual(union(a, union(b, c)));
      }),
      cases(200),
    );
  });

  test('[M3] count, bitmap and bounding box agree with a loop', () => {
    fc.assert(
      fc.property(anyRuns, (runs) => {
        const pixels = [...pixelsOf(runs)].map((pixel) => pixel.split(',').map(Number) as [number, number]);
        expect(pixelCount(runs)).toBe(pixels.length);
        expect(boundingBox(runs)).toEqual(
          pixels.length === 0
            ? undefined
            : {
                x0: Math.min(...pixels.map(([x]) => x)),
                y0: Math.min(...pixels.map(([, y]) => y)),
                x1: Math.max(...pixels.map(([x]) => x)) + 1,
                y1: Math.max(...pixels.map(([, y]) => y)) + 1,
              },
        );
        const bitmap = toBitmap(runs, { width: WIDTH, height: HEIGHT });
        expect(bitmap.reduce((sum, value) => sum + value, 0)).toBe(pixels.length);
        expect(pixels.every(([x, y]) => bitmap[y * WIDTH + x] === 1)).toBe(true);
        expect(runsOfLabel(bitmap, WIDTH, HEIGHT, 1)).toEqual(runs);
      }),
      cases(200),
    );
  });
  test('[M3] clipping keeps what is inside', () => {
    const corner = fc.integer({ min: -3, max: 45 });
    fc.assert(
      fc.property(anyRuns, corner, corner, corner, corner, (runs, x0, y0, x1, y1) => {
        const inside = pixelsOf(runs);
        expect(clipToBox(runs, { x0, y0, x1, y1 })).toEqual(
          runsOf((x, y) => inside.has(`${x},${y}`) && x >= x0 && x < x1 && y >= y0 && y < y1),
        );
      }),
      cases(200),
    );
    const beyond = runsFromTriples([-1, 0, 5, 0, -4, 2, 1, 30, 90]) as Runs;
    expect([...clip(beyond, { width: WIDTH, height: HEIGHT })]).toEqual([0, 0, 2, 1, 30, 40]);
  });
});
