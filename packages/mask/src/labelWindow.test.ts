import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  createComposition,
  labelWindow,
  restrictToLabels,
  runsFromTriples,
  splitByLabel,
  wholeArea,
} from './index.ts';
import { cases, PATIENCE_MS, runsOf } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

/** Several tiles in both directions, the last ones cut. */
const SIZE = { width: 300, height: 170 };
const box = fc
  .tuple(fc.integer({ min: -20, max: 310 }), fc.integer({ min: -20, max: 180 }), fc.nat(200), fc.nat(90))
  .map(([x0, y0, width, height]) => ({ x0, y0, x1: x0 + width, y1: y0 + height }));
function painted(boxes: readonly { x0: number; y0: number; x1: number; y1: number }[]) {
  const mask = createComposition(SIZE);
  boxes.forEach(({ x0, y0, x1, y1 }, i) => {
    const runs = runsOf((x, y) => x >= x0 && x < x1 && y >= y0 && y < y1, SIZE.width, SIZE.height);
    if (runs.length === 0) return;
    const record = { version: 1, strokeId: i, part: 0, lamport: i + 1, label: i % 3, runs } as const;
    mask.add({ id: `${i}`, sessionId: 'anna', record });
  });
  return mask;
}

describe('what a mask shows', () => {
  test('[M26] in a box is what labelAt says of each of its pixels', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 5 }), box, (boxes, wanted) => {
        const mask = painted(boxes);
        const { x0, y0, width, height, labels } = labelWindow(mask, wanted);
        expect([x0, y0]).toEqual([Math.max(0, wanted.x0), Math.max(0, wanted.y0)]);
        expect(x0 + width).toBe(Math.max(x0, Math.min(SIZE.width, wanted.x1)));
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            if (labels[y * width + x] !== mask.labelAt(x0 + x, y0 + y)) throw new Error(`(${x}, ${y})`);
      }),
      cases(40),
    );
  });
  test('[M26] an area restricted to labels covers its pixels that show one', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 5 }), box, fc.nat(2), (boxes, area, label) => {
        const mask = painted(boxes);
        const { x0, y0, x1, y1 } = area;
        const isIn = (x: number, y: number) => x >= x0 && x < x1 && y >= y0 && y < y1;
        const runs = runsOf(isIn, SIZE.width, SIZE.height);
        expect(restrictToLabels(mask, runs, (other) => other === label)).toEqual(
          runsOf((x, y) => isIn(x, y) && mask.labelAt(x, y) === label, SIZE.width, SIZE.height),
        );
      }),
      cases(40),
    );
    expect(restrictToLabels(painted([]), runsFromTriples([]), () => true)).toHaveLength(0);
  });
  test('[M26] an area split by label falls into disjoint parts, without label 0', () => {
    const mask = painted([
      { x0: 3, y0: 5, x1: 90, y1: 60 },
      { x0: 40, y0: 2, x1: 200, y1: 33 },
      { x0: 60, y0: 0, x1: 70, y1: 99 },
    ]);
    const parts = splitByLabel(wholeArea(SIZE), (x, y) => mask.labelAt(x, y));
    expect([...parts.keys()]).toEqual([1, 2]);
    for (const [label, runs] of parts)
      expect(runs).toEqual(runsOf((x, y) => mask.labelAt(x, y) === label, SIZE.width, SIZE.height));
  });
});
