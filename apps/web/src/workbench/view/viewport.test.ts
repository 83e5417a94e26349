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
  nextScale,
  onDevicePixels,
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
