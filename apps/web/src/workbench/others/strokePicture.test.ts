import { EMPTY_RUNS, rasterizeStroke, runsFromTriples } from '@cotrace/mask';
import { describe, expect, it } from 'vitest';
import { strokePicture } from './strokePicture.ts';

const block = runsFromTriples([10, 20, 24, 11, 20, 24, 12, 20, 24, 13, 20, 24]);
const rows = (picture: NonNullable<ReturnType<typeof strokePicture>>) =>
  Array.from({ length: picture.height }, (_, y) =>
    [...picture.alpha.subarray(y * picture.width, (y + 1) * picture.width)]
      .map((alpha) => (alpha === 0 ? '.' : alpha === 255 ? '#' : '+'))
      .join(''),
  );

describe('the picture of a stroke', () => {
  it('has a bright rim around what it fills', () => {
    const picture = strokePicture(block, { fill: true })!;
    expect(picture.box).toEqual({ x0: 19, y0: 9, x1: 25, y1: 15 });
    expect(rows(picture)).toEqual(['......', '.####.', '.#++#.', '.#++#.', '.####.', '......']);
  });
  it('is the rim alone where that is wanted', () => {
    expect(rows(strokePicture(block, { fill: false })!)).toEqual([
      '......',
      '.####.',
      '.#..#.',
      '.#..#.',
      '.####.',
      '......',
    ]);
  });
  it('of a very large stroke is coarser, and lies where the stroke does', () => {
    const large = rasterizeStroke(
      [
        { x: 100, y: 100 },
        { x: 5000, y: 4000 },
      ],
      { shape: 'square', diameter: 60 },
    );
    const picture = strokePicture(large, { fill: true })!;
    expect(picture.width * picture.height).toBeLessThanOrEqual(1024 * 1024 * 1.01);
    expect(picture.box.x0).toBe(69);
    expect(picture.box.x1).toBeGreaterThanOrEqual(5030);
    expect(picture.box.x1).toBeLessThan(5040);
    expect(picture.alpha.some((alpha) => alpha > 0)).toBe(true);
  });
  it('of nothing is none', () => expect(strokePicture(EMPTY_RUNS, { fill: true })).toBeUndefined());
});
