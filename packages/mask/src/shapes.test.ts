import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { signedDistances } from './distance.ts';
import { smoothLabels, startInterpolation } from './index.ts';
import { anyRuns, cases, HEIGHT, PATIENCE_MS, pixelsOf, runsOf, WIDTH } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

const size = { width: WIDTH, height: HEIGHT };
/** Label pictures of large and small patches. */
const picture = fc.tuple(anyRuns, anyRuns, anyRuns).map((areas) => {
  const labels = new Uint8Array(WIDTH * HEIGHT);
  areas.forEach((area, label) => {
    for (const at of pixelsOf(area)) {
      const [x, y] = at.split(',').map(Number) as [number, number];
      labels[y * WIDTH + x] = label;
    }
  });
  return labels;
});

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** By looking at every other pixel. */
function naiveDistances(isInside: (x: number, y: number) => boolean): number[] {
  const all = Array.from({ length: WIDTH * HEIGHT }, (_, i) => [i % WIDTH, Math.floor(i / WIDTH)] as const);
  return all.map(([x, y]) => {
    const here = isInside(x, y);
    let nearest = WIDTH + HEIGHT;
    for (const [px, py] of all)
      if (isInside(px, py) !== here) nearest = Math.min(nearest, Math.hypot(px - x, py - y));
    return here ? 0.5 - nearest : nearest - 0.5;
  });
}

describe('signed distances', () => {
  test('[M28] are those to the nearest pixel of the other kind', () => {
    fc.assert(
      fc.property(anyRuns, (area) => {
        const pixels = pixelsOf(area);
        const isInside = (x: number, y: number) => pixels.has(`${x},${y}`);
        const shape = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
          isInside(i % WIDTH, Math.floor(i / WIDTH)) ? 1 : 0,
        );
        const expected = naiveDistances(isInside);
        const found = finish(signedDistances(shape, size));
        expected.forEach((distance, i) => {
          if (Math.abs(found[i]! - distance) > 1e-4) throw new Error(`${i}: ${found[i]}, not ${distance}`);
        });
      }),
      cases(5),
    );
  });
});

describe('between two sections', () => {
  test('[M28] a label lies where its distances add up to less than 0', () => {
    fc.assert(
      fc.property(picture, picture, fc.integer({ min: 1, max: 9 }), (from, to, tenths) => {
        const place = tenths / 10;
        const { labels, work } = startInterpolation(from, to, size, [place]);
        expect(labels).toEqual([1, 2].filter((label) => from.includes(label) && to.includes(label)));
        const [found] = finish(work);
        const of = (all: Uint8Array, label: number) => naiveDistances((x, y) => all[y * WIDTH + x] === label);
        const sums = labels.map((label) => {
          const [near, far] = [of(from, label), of(to, label)];
          return near.map((distance, i) => (1 - place) * distance + place * far[i]!);
        });
        found!.forEach((label, i) => {
          const here = sums.map((all) => all[i]!);
          const deepest = Math.min(0, ...here);
          // At the edge itself, and where two labels are equally deep, the last digits decide.
          if ([0, ...here].filter((distance) => distance < deepest + 1e-4).length > 1) return;
          expect(label).toBe(deepest === 0 ? 0 : labels[here.indexOf(deepest)]);
        });
      }),
      cases(5),
    );
  });
  test('[M28] a disc that moves and grows is a disc half-way', () => {
    const disc = (x: number, radius: number) =>
      Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
        Math.hypot((i % WIDTH) - x, Math.floor(i / WIDTH) - 15) < radius ? 1 : 0,
      );
    const [half] = finish(startInterpolation(disc(19, 4), disc(21, 8), size, [0.5]).work);
    const area = (all: Uint8Array) => all.reduce((sum, value) => sum + value);
    const wrong = half!.reduce((sum, value, i) => sum + Math.abs(value - disc(20, 6)[i]!), 0);
    expect(wrong / area(disc(20, 6))).toBeLessThan(0.08);
  });
});

describe('smoothing', () => {
  test('[M27] gives each pixel of the area the most frequent label around it, else leaves it', () => {
    const radius = fc.constantFrom(1, 1.5, 2, 3, 4.2);
    fc.assert(
      fc.property(picture, anyRuns, radius, (labels, area, r) => {
        const inside = pixelsOf(area);
        const expected = (x: number, y: number) => {
          const counts = new Map<number, number>();
          for (let py = 0; py < HEIGHT; py++)
            for (let px = 0; px < WIDTH; px++)
              if ((px - x) ** 2 + (py - y) ** 2 <= r * r) {
                const label = labels[py * WIDTH + px]!;
                counts.set(label, 1 + (counts.get(label) ?? 0));
              }
          const own = labels[y * WIDTH + x]!;
          const most = Math.max(...counts.values());
          if (counts.get(own) === most) return own;
          return Math.min(...[...counts].filter(([, count]) => count === most).map(([label]) => label));
        };
        const smooth = new Map(
          [...inside].map((at) => [at, expected(...(at.split(',').map(Number) as [number, number]))]),
        );
        const changed = smoothLabels(labels, size, area, r);
        for (const label of [0, 1, 2]) {
          const wanted = runsOf(
            (x, y) => smooth.get(`${x},${y}`) === label && labels[y * WIDTH + x] !== label,
          );
          expect([...(changed.get(label) ?? [])]).toEqual([...wanted]);
        }
      }),
      cases(15),
    );
  });
});
