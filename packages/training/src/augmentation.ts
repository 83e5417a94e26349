/**
 * Draws how one crop is bent and lit. Pure parameters: `warp.ts` carries them out, on picture and labels alike, so one
 * seed moves both together.
 */
import type { SeededRandom } from './seededRandom.ts';

export interface Augmentation {
  /** Row-major 2 × 2: crop offset (dx, dy) to section offset. */
  matrix: readonly [number, number, number, number];
  /** Standard deviation of the elastic displacement, pixels; 0 = none. */
  elastic: number;
  /** value → contrast × value + curve × (value² − 1) + brightness + noise × normal, on standardised values. */
  contrast: number;
  curve: number;
  brightness: number;
  noise: number;
}

/** Neither turned, bent nor lit otherwise. */
export const AS_IT_IS: Augmentation = {
  matrix: [1, 0, 0, 1],
  elastic: 0,
  contrast: 1,
  curve: 0,
  brightness: 0,
  noise: 0,
};

export type DrawAugmentation = (random: SeededRandom, side: number) => Augmentation;

const QUARTER_TURNS = [
  [1, 0, 0, 1],
  [0, -1, 1, 0],
  [-1, 0, 0, -1],
  [0, 1, -1, 0],
] as const;

/** Any of the eight turns and flips, a bend of some pixels, other light. Neuropil has no up and no down. */
export const drawDefaultAugmentation: DrawAugmentation = (random) => {
  const [a, b, c, d] = QUARTER_TURNS[random.below(4)]!;
  const flip = random.below(2) === 0 ? 1 : -1;
  const affine = affineMatrix({
    angle: random.between(-0.25, 0.25),
    shear: random.between(-0.1, 0.1),
    zoomX: 2 ** random.between(-0.25, 0.25),
    zoomY: 2 ** random.between(-0.25, 0.25),
  });
  return {
    matrix: multiply(affine, [a * flip, b, c * flip, d]),
    elastic: random.unit() < 0.5 ? random.between(0, 3) : 0,
    contrast: 2 ** random.between(-0.25, 0.25),
    curve: random.between(-0.12, 0.12),
    brightness: random.between(-0.2, 0.2),
    noise: random.unit() < 0.5 ? random.between(0, 0.25) : 0,
  };
};

type Matrix = readonly [number, number, number, number];

function affineMatrix(of: { angle: number; shear: number; zoomX: number; zoomY: number }): Matrix {
  const cos = Math.cos(of.angle);
  const sin = Math.sin(of.angle);
  return [
    cos * of.zoomX,
    (of.shear * cos - sin) * of.zoomY,
    sin * of.zoomX,
    (of.shear * sin + cos) * of.zoomY,
  ];
}

function multiply([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix {
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
}
