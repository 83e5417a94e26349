import { describe, expect, it } from 'vitest';
import { paletteOf } from '../view/palette.ts';
import { disputePixels, shrunk } from './disputePicture.ts';

const palette = paletteOf([{ value: 1, color: '#ff0000' }]);
const size = { width: 5, height: 5 };
const middle = (label: number) =>
  Uint8Array.from({ length: 25 }, (_, i) => (i % 5 > 0 && i % 5 < 4 && i > 4 && i < 20 ? label : 0));
const at = (data: Uint8ClampedArray, i: number) => [...data.subarray(i * 4, i * 4 + 4)];

describe('the disagreement layer', () => {
  it('shows what was painted over in its colour, with a white edge', () => {
    const { data } = disputePixels(middle(1), size, palette);
    expect(at(data, 12)).toEqual([255, 0, 0, 150]);
    expect(at(data, 6)).toEqual([255, 255, 255, 235]);
    expect(at(data, 0)).toEqual([0, 0, 0, 0]);
  });
  it('shows a label that the table no longer has, too', () => {
    expect(at(disputePixels(middle(9), size, palette).data, 12)).toEqual([255, 255, 255, 235]);
  });
  it('misses no single pixel when it is drawn smaller', () => {
    const labels = new Uint8Array(100 * 60);
    labels[17 * 100 + 41] = 3;
    const small = shrunk(labels, { width: 100, height: 60 }, 32);
    expect([small.width, small.height, small.step]).toEqual([25, 15, 4]);
    expect(small.labels[4 * 25 + 10]).toBe(3);
    expect(small.labels.filter((label) => label !== 0)).toHaveLength(1);
    expect(shrunk(labels, { width: 100, height: 60 }, 100).labels).toBe(labels);
  });
});
