import { describe, expect, it } from 'vitest';
import { mapPixel } from './mapProbe.ts';

const image = { width: 8192, height: 4096 };
const map = { width: 4096, height: 2048 };

describe('the pixel of a map under a point', () => {
  it('is the same pixel where the map is as large as the image', () => {
    expect(mapPixel({ x: 17.9, y: 3.1 }, image, image)).toEqual({ x: 17, y: 3 });
  });
  it('is shared by four pixels of an image twice as large', () => {
    for (const [x, y] of [
      [20, 30],
      [21.9, 31.9],
    ] as const)
      expect(mapPixel({ x, y }, image, map)).toEqual({ x: 10, y: 15 });
    expect(mapPixel({ x: 8191.9, y: 4095.9 }, image, map)).toEqual({ x: 4095, y: 2047 });
  });
  it('is none outside', () => {
    expect(mapPixel({ x: -0.1, y: 0 }, image, map)).toBeUndefined();
    expect(mapPixel({ x: 0, y: 4096 }, image, map)).toBeUndefined();
  });
});
