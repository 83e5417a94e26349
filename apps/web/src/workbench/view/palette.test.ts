import { describe, expect, it } from 'vitest';
import { heatRamp, inkOn, luminance, paletteOf, type Rgb, rgbOf } from './palette.ts';

describe('palette', () => {
  it('shows the table’s colours and nothing for unknown', () => {
    const palette = paletteOf([
      { value: 1, color: '#ff8000' },
      { value: 200, color: '#0000ff' },
    ]);
    expect([...palette.subarray(4, 8)]).toEqual([255, 128, 0, 255]);
    expect([...palette.subarray(800, 804)]).toEqual([0, 0, 255, 255]);
    expect([...palette.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(palette[2 * 4 + 3]).toBe(0);
  });

  it('refuses what is no colour', () => {
    expect(() => rgbOf('red')).toThrow(RangeError);
  });

  it('grows lighter with every step of heat, so that it needs no hue to be read', () => {
    const ramp = heatRamp();
    const steps = Array.from({ length: 256 }, (_, i) =>
      luminance([...ramp.subarray(i * 4, i * 4 + 3)] as unknown as Rgb),
    );
    for (let i = 8; i < 256; i++) expect(steps[i]!).toBeGreaterThan(steps[i - 8]!);
  });

  it('writes black on light and white on dark colours', () => {
    expect(inkOn('#ffee00')).toBe('#000000');
    expect(inkOn('#20207a')).toBe('#ffffff');
  });
});
