/** Against frozen results of Keras's ImageDataGenerator and scikit-image: testing/kerasAugmentation.py wrote them. */
import { describe, expect, test } from 'vitest';
import { UNKNOWN_CLASS } from '../section.ts';
import { seededRandom } from '../seededRandom.ts';
import { type CourseTransform, courseAffine, drawCourseTransform } from './augmentation.ts';
import { resizeLinear, resizeNearest, resizeSmoothed } from './resize.ts';
import frozen from './testing/augmentation.json' with { type: 'json' };
import { warpPicture } from './warp.ts';

const { side } = frozen;

function warped(transform: CourseTransform, classes = Uint8Array.from(frozen.mask)) {
  const into = {
    offset: 0,
    images: new Float32Array(side * side),
    targets: new Uint8Array(side * side),
    weights: new Float32Array(side * side),
  };
  const image = Float32Array.from(frozen.image, (grey) => grey / 255);
  warpPicture({ side, image, classes }, courseAffine(transform, side), into);
  return into;
}

const apart = (values: Float32Array, wanted: readonly number[]) =>
  Math.max(...values.map((value, at) => Math.abs(value - wanted[at]!)));

describe('image and mask are moved as Keras moves them', () => {
  test.each(frozen.cases.map((one, index) => [index, one] as const))('draw %d', (_, one) => {
    const { images, targets, weights } = warped(one.transform);
    expect(apart(images, one.image)).toBeLessThan(2e-6);
    expect([...targets]).toEqual(one.mask);
    expect(weights.every((weight) => weight === 1)).toBe(true);
  });

  test('an unpainted pixel takes those with it that it has a share in', () => {
    const classes = Uint8Array.from(frozen.mask);
    classes[5 * side + 5] = UNKNOWN_CLASS;
    const still = { theta: 0, tx: 0, ty: 0, shear: 0, zx: 1, zy: 1, flipHorizontal: false };
    const unpainted = (tx: number, ty: number) =>
      warped({ ...still, tx, ty }, classes).weights.reduce(
        (count, weight) => count + (weight === 0 ? 1 : 0),
        0,
      );
    expect([unpainted(0, 0), unpainted(1, 2), unpainted(0.25, 0), unpainted(0.5, 0.5)]).toEqual([1, 1, 2, 4]);
  });

  test('of three classes the one with the greatest share', () => {
    const classes = Uint8Array.from({ length: side * side }, (_, at) =>
      Math.min(2, Math.floor((at % side) / 4)),
    );
    const shift = { theta: 0, tx: 0.6, ty: 0, shear: 0, zx: 1, zy: 1, flipHorizontal: false };
    const { targets } = warped(shift, classes);
    expect([...targets.subarray(0, side)]).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  });
});

test('draws stay within the ranges of the notes and reach their ends', () => {
  const draws = Array.from({ length: 4000 }, (_, i) => drawCourseTransform(seededRandom(1, i, 0), 256));
  const range = (of: (draw: CourseTransform) => number) => [
    Math.min(...draws.map(of)),
    Math.max(...draws.map(of)),
  ];
  const expectRange = (found: number[], low: number, high: number) => {
    const slack = 0.01 * (high - low);
    expect(found[0]).toBeGreaterThanOrEqual(low);
    expect(found[0]).toBeLessThan(low + slack);
    expect(found[1]).toBeLessThanOrEqual(high);
    expect(found[1]).toBeGreaterThan(high - slack);
  };
  expectRange(
    range(({ theta }) => theta),
    -20,
    20,
  );
  expectRange(
    range(({ tx }) => tx),
    -12.8,
    12.8,
  );
  expectRange(
    range(({ ty }) => ty),
    -12.8,
    12.8,
  );
  expectRange(
    range(({ shear }) => shear),
    -0.05,
    0.05,
  );
  expectRange(
    range(({ zx }) => zx),
    0.95,
    1.05,
  );
  expectRange(
    range(({ zy }) => zy),
    0.95,
    1.05,
  );
  const flipped = draws.filter(({ flipHorizontal }) => flipHorizontal).length;
  expect(flipped / draws.length).toBeCloseTo(0.5, 1);
});

describe('sections are scaled', () => {
  const { width, height, to } = frozen.resize;
  const picture = { width, height, values: Float32Array.from(frozen.resize.values) };
  test('smoothed, as scikit-image does it', () => {
    expect(apart(resizeSmoothed(picture, to), frozen.resize.smoothed)).toBeLessThan(2e-6);
  });
  test('linearly, as scikit-image does it', () => {
    expect(apart(resizeLinear(picture, { width: 20, height: 14 }), frozen.resize.enlarged)).toBeLessThan(
      2e-6,
    );
  });
  test('to the nearest pixel, as Pillow does it', () => {
    expect(apart(resizeNearest(picture, { width: 8, height: 6 }), frozen.resize.nearest)).toBeLessThan(1e-6);
  });
});
