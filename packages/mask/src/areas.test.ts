import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type Brush,
  createStrokeBuilder,
  EMPTY_RUNS,
  intersect,
  MaskError,
  pixelCount,
  rasterizePolygon,
  rasterizeStroke,
  runsFromTriples,
  translate,
  union,
} from './index.ts';
import { forEachSweptRow, sweepCovers } from './sweep.ts';
import { cases, HEIGHT, PATIENCE_MS, pixelsOf, runsOf, WIDTH } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

/** Coordinates on the 1/16 grid, on which rounding changes nothing. */
const coordinate = (max: number) => fc.integer({ min: -32, max: (max + 2) * 16 }).map((value) => value / 16);
const point = fc.record({ x: coordinate(WIDTH), y: coordinate(HEIGHT) });
const points = fc.array(point, { minLength: 1, maxLength: 5 });
const pressedPoints = fc
  .array(fc.tuple(point, fc.nat(16)), { minLength: 1, maxLength: 4 })
  .map((path) => path.map(([at, sixteenths]) => ({ ...at, pressure: sixteenths / 16 })));
const brush: fc.Arbitrary<Brush> = fc.record({
  shape: fc.constantFrom('round' as const, 'square' as const),
  diameter: fc.integer({ min: 16, max: 160 }).map((value) => value / 16),
});
const bounds = { width: WIDTH, height: HEIGHT };

/** How far a pixel's centre lies outside a brush on its way, in the brush's own norm; below 0 inside. */
function distance(
  shape: Brush['shape'],
  px: number,
  py: number,
  a: { x: number; y: number; radius: number },
  b: { x: number; y: number; radius: number },
): number {
  const norm = (t: number) => {
    const x = px - a.x - t * (b.x - a.x);
    const y = py - a.y - t * (b.y - a.y);
    const radius = a.radius + t * (b.radius - a.radius);
    return (shape === 'round' ? Math.hypot(x, y) : Math.max(Math.abs(x), Math.abs(y))) - radius;
  };
  // Convex in t: ternary search finds its least value.
  let low = 0;
  let high = 1;
  for (let i = 0; i < 70; i++) {
    const third = (high - low) / 3;
    if (norm(low + third) <= norm(high - third)) high -= third;
    else low += third;
  }
  return norm((low + high) / 2);
}

describe('a brush', () => {
  test('[M4] covers the centres in the area that it sweeps, and the pixels under its points', () => {
    fc.assert(
      fc.property(pressedPoints, brush, (path, { shape, diameter }) => {
        const covered = pixelsOf(rasterizeStroke(path, { shape, diameter }, bounds));
        const under = new Set(path.map(({ x, y }) => `${Math.floor(x)},${Math.floor(y)}`));
        // Diameters are whole sixteenths, as points are.
        const dabs = path.map((at) => ({
          ...at,
          radius: Math.round(Math.max(1, diameter * at.pressure) * 16) / 32,
        }));
        for (let y = 0; y < HEIGHT; y++) {
          for (let x = 0; x < WIDTH; x++) {
            const outside = Math.min(
              ...dabs.map((a, i) => distance(shape, x + 0.5, y + 0.5, dabs[Math.max(i - 1, 0)]!, a)),
            );
            // On the rim itself the search is not exact; the rule is tested on both sides of it.
            if (Math.abs(outside) < 1e-6) continue;
            expect(covered.has(`${x},${y}`)).toBe(outside < 0 || under.has(`${x},${y}`));
          }
        }
      }),
      cases(40),
    );
  });
  test('[M4] covers what the exact test says of every pixel, on its rim, too', () => {
    const dab = fc.record({
      x: fc.integer({ min: -200, max: 800 }),
      y: fc.integer({ min: -200, max: 600 }),
      diameter: fc.oneof(fc.integer({ min: 16, max: 300 }), fc.constantFrom(16, 32, 80, 160, 320)),
    });
    // Some on the lattice of centres and corners, where rims meet centres.
    const onLattice = dab.map(({ x, y, diameter }) => ({
      x: Math.round(x / 8) * 8,
      y: Math.round(y / 8) * 8,
      diameter: Math.round(diameter / 16) * 16,
    }));
    const either = fc.oneof(dab, onLattice);
    fc.assert(
      fc.property(fc.constantFrom('round' as const, 'square' as const), either, either, (shape, a, b) => {
        const rows = new Map<number, [number, number]>();
        forEachSweptRow(shape, [a, b], (y, x0, x1) => rows.set(y, [x0, x1]));
        for (let y = -25; y < 60; y++) {
          const [x0, x1] = rows.get(y) ?? [0, 0];
          for (let x = -25; x < 75; x++) {
            if (sweepCovers(shape, a, b, x * 16 + 8, y * 16 + 8) !== (x >= x0 && x < x1)) {
              throw new Error(`(${x}, ${y}) is not as the exact test says`);
            }
          }
        }
      }),
      cases(200),
    );
  });
  test('[M4] is exact on its rim: an even circle is symmetric', () => {
    const circle = rasterizeStroke([{ x: 20, y: 15 }], { shape: 'round', diameter: 10 });
    const pixels = pixelsOf(circle);
    for (const pixel of pixels) {
      const [x, y] = pixel.split(',').map(Number) as [number, number];
      expect(pixels.has(`${39 - x},${y}`) && pixels.has(`${x},${29 - y}`)).toBe(true);
    }
    // Gauss's circle problem for half-integer centres, radius 5: 80 centres.
    expect(pixelCount(circle)).toBe(80);
  });
  test('[M4] scales with pressure, and refuses what is out of range', () => {
    const press = (pressure: number) =>
      rasterizeStroke([{ x: 20, y: 15, pressure }], { shape: 'round', diameter: 20 });
    expect(pixelCount(press(0.5))).toBe(
      pixelCount(rasterizeStroke([{ x: 20, y: 15 }], { shape: 'round', diameter: 10 })),
    );
    for (const diameter of [0, Number.NaN, 4097]) {
      expect(() => rasterizeStroke([{ x: 0, y: 0 }], { shape: 'round', diameter })).toThrow(MaskError);
    }
    expect(() => press(2)).toThrow(expect.objectContaining({ code: 'BRUSH_OUT_OF_RANGE' }));
    expect(() => rasterizeStroke([{ x: Number.NaN, y: 0 }], { shape: 'round', diameter: 3 })).toThrow(
      expect.objectContaining({ code: 'POINT_OUT_OF_RANGE' }),
    );
  });
  test('[M5] painted point by point covers the same, and tells each pixel once', () => {
    fc.assert(
      fc.property(fc.oneof(points, pressedPoints), brush, (path, tool) => {
        const builder = createStrokeBuilder(tool, bounds);
        let seen = EMPTY_RUNS;
        for (const at of path) {
          const fresh = builder.addPoint(at);
          expect(intersect(fresh, seen)).toEqual(EMPTY_RUNS);
          seen = union(seen, fresh);
        }
        expect(builder.runs).toEqual(rasterizeStroke(path, tool, bounds));
        expect(seen).toEqual(builder.runs);
      }),
      cases(200),
    );
  });
  test('[M6] moved by whole pixels covers the same pixels, moved', () => {
    const by = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(points, brush, by, by, (path, tool, dx, dy) => {
        const moved = rasterizeStroke(
          path.map(({ x, y }) => ({ x: x + dx, y: y + dy })),
          tool,
        );
        expect(runsFromTriples(translate(moved, -dx, -dy))).toEqual(rasterizeStroke(path, tool));
      }),
      cases(200),
    );
  });
});

describe('a polygon', () => {
  test('[M7] covers the centres inside by the even-odd rule', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 8 }), (corners) => {
        const inside = (px: number, py: number) => {
          let crossings = 0;
          corners.forEach((a, i) => {
            const b = corners[(i + 1) % corners.length]!;
            if (a.y <= py === b.y <= py) return;
            // Compared by cross multiplication: sixteenths are exact in doubles.
            const side = (px - a.x) * (b.y - a.y) - (py - a.y) * (b.x - a.x);
            if (b.y > a.y ? side >= 0 : side <= 0) crossings++;
          });
          return crossings % 2 === 1;
        };
        expect(rasterizePolygon(corners, bounds)).toEqual(runsOf((x, y) => inside(x + 0.5, y + 0.5)));
      }),
      cases(200),
    );
  });
});
