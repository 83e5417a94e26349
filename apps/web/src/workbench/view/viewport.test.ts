import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  between,
  centeredOn,
  fit,
  framing,
  keptInSight,
  MAX_SCALE,
  MIN_SCALE,
  nearer,
  nextScale,
  onDevicePixels,
  seenBox,
  toImage,
  toScreen,
  visibleBox,
  zoomedAt,
} from './viewport.ts';

const canvas = { width: 900, height: 600 };
const view = fc.record({
  scale: fc.double({ min: 0.05, max: 40, noNaN: true }),
  offsetX: fc.double({ min: -5000, max: 5000, noNaN: true }),
  offsetY: fc.double({ min: -5000, max: 5000, noNaN: true }),
});
const point = fc.record({
  x: fc.double({ min: 0, max: 900, noNaN: true }),
  y: fc.double({ min: 0, max: 600, noNaN: true }),
});

describe('following a view', () => {
  const canvas = { width: 800, height: 600 };
  const theirs = { scale: 2, offsetX: -300, offsetY: 40 };

  it('shows on another screen all that theirs shows, in its middle', () => {
    const box = seenBox(theirs, canvas);
    expect(box).toEqual({ x: 150, y: -20, width: 400, height: 300 });
    expect(framing(box, canvas, 1)).toEqual(theirs);
    const wide = framing(box, { width: 1600, height: 600 }, 1);
    expect(wide.scale).toBe(2);
    expect(toScreen(wide, { x: 350, y: 130 })).toEqual({ x: 800, y: 300 });
  });

  it('glides there in steps, and arrives', () => {
    let view = { scale: 0.5, offsetX: 10, offsetY: 10 };
    let steps = 0;
    for (; steps < 200 && view !== theirs; steps++) view = nearer(view, theirs, 0.25);
    expect(view).toBe(theirs);
    expect(steps).toBeLessThan(40);
  });
});

describe('viewport', () => {
  it('keeps the image point under the pointer while zooming', () => {
    fc.assert(
      fc.property(view, point, fc.double({ min: 0.02, max: 60, noNaN: true }), (from, pointer, scale) => {
        const before = toImage(from, pointer);
        const after = toImage(zoomedAt(from, pointer, scale), pointer);
        expect(after.x).toBeCloseTo(before.x, 6);
        expect(after.y).toBeCloseTo(before.y, 6);
      }),
    );
  });

  it('shows the whole image when it fits, in the middle', () => {
    const fitted = fit({ width: 512, height: 512 }, canvas);
    expect(visibleBox(fitted, { width: 512, height: 512 }, canvas)).toEqual({
      x0: 0,
      y0: 0,
      x1: 512,
      y1: 512,
    });
    expect(toScreen(fitted, { x: 256, y: 256 })).toEqual({ x: 450, y: 300 });
  });

  it('never zooms beyond its limits', () => {
    expect(zoomedAt(fit(canvas, canvas), { x: 0, y: 0 }, 1e9).scale).toBe(MAX_SCALE);
    expect(zoomedAt(fit(canvas, canvas), { x: 0, y: 0 }, 0).scale).toBe(MIN_SCALE);
  });

  it('steps over whole factors, up and down', () => {
    expect(nextScale(1, 1)).toBe(1.5);
    expect(nextScale(2.3, 1)).toBe(3);
    expect(nextScale(2.3, -1)).toBe(2);
    expect(nextScale(2.0000001, -1)).toBe(1.5);
    expect(nextScale(MAX_SCALE, 1)).toBe(MAX_SCALE);
    expect(nextScale(MIN_SCALE, -1)).toBe(MIN_SCALE);
  });

  it('never loses the image out of sight', () => {
    fc.assert(
      fc.property(view, (from) => {
        const image = { width: 2048, height: 1024 };
        const box = visibleBox(keptInSight(from, image, canvas), image, canvas);
        expect(box.x1 - box.x0).toBeGreaterThan(0);
        expect(box.y1 - box.y0).toBeGreaterThan(0);
      }),
    );
  });

  it('puts the image corner on whole device pixels', () => {
    const snapped = onDevicePixels({ scale: 2, offsetX: 10.3, offsetY: -7.9 }, 1.5);
    expect(snapped.offsetX * 1.5).toBeCloseTo(Math.round(snapped.offsetX * 1.5), 9);
    expect(snapped.offsetY * 1.5).toBeCloseTo(Math.round(snapped.offsetY * 1.5), 9);
  });

  it('flies from one view to the other without leaving the way', () => {
    const from = fit({ width: 2048, height: 2048 }, canvas);
    const to = framing({ x: 100, y: 1500, width: 128, height: 128 }, canvas);
    expect(between(from, to, { t: 0, canvas })).toEqual(from);
    expect(between(from, to, { t: 1, canvas })).toEqual(to);
    const middle = { x: canvas.width / 2, y: canvas.height / 2 };
    const aim = toImage(to, middle);
    let distance = Number.POSITIVE_INFINITY;
    for (let t = 0; t <= 1; t += 0.1) {
      const at = toImage(between(from, to, { t, canvas }), middle);
      const next = Math.hypot(at.x - aim.x, at.y - aim.y);
      expect(next).toBeLessThanOrEqual(distance + 1e-9);
      distance = next;
    }
  });

  it('flies level when only the place changes', () => {
    const from = centeredOn({ x: 0, y: 0 }, 2, canvas);
    const half = between(from, centeredOn({ x: 100, y: 0 }, 2, canvas), { t: 0.5, canvas });
    expect(half.scale).toBe(2);
    expect(toImage(half, { x: 450, y: 300 }).x).toBeCloseTo(50, 6);
  });
});
