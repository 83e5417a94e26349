/**
 * The augmentation of the course notes as Keras's ImageDataGenerator carries it out: rotation 20°, shifts and zoom of
 * 0.05, shear of 0.05 degrees (Keras counts it so), horizontal flip. Draws parameters and makes the affine map of them;
 * moves no pixels.
 */
import type { SeededRandom } from '../seededRandom.ts';

/** Named as in ImageDataGenerator.get_random_transform. */
export interface CourseTransform {
  /** Rotation, degrees. */
  theta: number;
  /** Shifts, pixels. */
  tx: number;
  ty: number;
  /** Degrees. */
  shear: number;
  /** Side of what is seen by side of the picture: above 1 shows more. */
  zx: number;
  zy: number;
  flipHorizontal: boolean;
}

const ROTATION_DEGREES = 20;
const SHIFT = 0.05;
const SHEAR_DEGREES = 0.05;
const ZOOM = 0.05;

/** Drawn for a picture of `side` × `side` pixels, in Keras's order. */
export function drawCourseTransform(random: SeededRandom, side: number): CourseTransform {
  return {
    theta: random.between(-ROTATION_DEGREES, ROTATION_DEGREES),
    tx: random.between(-SHIFT, SHIFT) * side,
    ty: random.between(-SHIFT, SHIFT) * side,
    shear: random.between(-SHEAR_DEGREES, SHEAR_DEGREES),
    zx: random.between(1 - ZOOM, 1 + ZOOM),
    zy: random.between(1 - ZOOM, 1 + ZOOM),
    flipHorizontal: random.unit() < 0.5,
  };
}

/** x' = a x + b y + e, y' = c x + d y + f: from a pixel of the result to the place where its value comes from. */
export interface Affine {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
}

/** Rotation · shift · shear · zoom about the middle of the picture, the flip after all of them. */
export function courseAffine(transform: CourseTransform, side: number): Affine {
  const { tx, ty, zx, zy } = transform;
  const radians = Math.PI / 180;
  const [cos, sin] = [Math.cos(transform.theta * radians), Math.sin(transform.theta * radians)];
  const [shearCos, shearSin] = [Math.cos(transform.shear * radians), Math.sin(transform.shear * radians)];
  const a = cos * zx;
  const b = (-cos * shearSin - sin * shearCos) * zy;
  const c = sin * zx;
  const d = (-sin * shearSin + cos * shearCos) * zy;
  const middle = side / 2 - 0.5;
  const e = middle + cos * tx - sin * ty - (a + b) * middle;
  const f = middle + sin * tx + cos * ty - (c + d) * middle;
  // Column x of the flipped picture is column side − 1 − x of the other.
  return transform.flipHorizontal
    ? { a: -a, b, c: -c, d, e: e + a * (side - 1), f: f + c * (side - 1) }
    : { a, b, c, d, e, f };
}
