/**
 * Cuts one bent and lit crop out of a section: the picture bilinearly, the labels by the nearest pixel, at the very same
 * places. The inner loop runs over every pixel of every batch, hence the flat arrays and the missing abstractions.
 */
import type { Augmentation } from './augmentation.ts';
import type { CropPlace } from './cropPlaces.ts';
import { type SeededRandom, seededRandom } from './seededRandom.ts';

/** What an emphasis of 255 adds to a weight of 1, divided by 255. */
const EMPHASIS = 4 / 255;

/** Knots of the elastic field lie this many pixels apart. */
const KNOT_SPACING = 32;

/** Drawn once: a normal deviate for every pixel would cost more than all the rest. */
const NOISE = (() => {
  const random = seededRandom(0x6015e);
  return Float32Array.from({ length: 1 << 16 }, random.normal);
})();

export interface CropTarget {
  /** Side of the crop, pixels. */
  side: number;
  /** Where the crop begins in the arrays below. */
  offset: number;
  images: Float32Array;
  targets: Uint8Array;
  weights: Float32Array;
}

/**
 * Writes one crop: image, class index (0 where unpainted) and weight (0 where unpainted). The crop shows its anchor:
 * one of its pixels falls exactly on it.
 */
export function warpCrop(
  place: CropPlace,
  augmentation: Augmentation,
  classWeights: Float32Array,
  random: SeededRandom,
  into: CropTarget,
): void {
  const { section } = place;
  const { width, height, image, classes, emphasis } = section;
  const { side, images, targets, weights } = into;
  const { contrast, curve, brightness, noise } = augmentation;
  const [a, b, c, d] = augmentation.matrix;
  const anchorAt = anchorInCrop(place, augmentation, side, random);
  const bend = elasticField(augmentation.elastic, side, random);
  const [bendX, bendY] = bendAt(bend, anchorAt.x, anchorAt.y);
  // Section place of crop pixel (0, 0) without its own bend.
  const originX = place.anchorX - a * anchorAt.x - b * anchorAt.y - bendX;
  const originY = place.anchorY - c * anchorAt.x - d * anchorAt.y - bendY;
  let grain = random.below(NOISE.length);
  for (let v = 0; v < side; v++) {
    const row = (v / KNOT_SPACING) | 0;
    const down = v / KNOT_SPACING - row;
    for (let u = 0; u < side; u++) {
      let x = originX + a * u + b * v;
      let y = originY + c * u + d * v;
      if (bend !== null) {
        const column = (u / KNOT_SPACING) | 0;
        const across = u / KNOT_SPACING - column;
        const knot = 2 * (row * bend.columns + column);
        const below = knot + 2 * bend.columns;
        const { knots } = bend;
        const w00 = (1 - across) * (1 - down);
        const w01 = across * (1 - down);
        const w10 = (1 - across) * down;
        const w11 = across * down;
        x += w00 * knots[knot]! + w01 * knots[knot + 2]! + w10 * knots[below]! + w11 * knots[below + 2]!;
        y +=
          w00 * knots[knot + 1]! + w01 * knots[knot + 3]! + w10 * knots[below + 1]! + w11 * knots[below + 3]!;
      }
      if (x < 0 || x > width - 1) x = mirror(x, width - 1);
      if (y < 0 || y > height - 1) y = mirror(y, height - 1);
      const x0 = x | 0;
      const y0 = y | 0;
      const fx = x - x0;
      const fy = y - y0;
      const at = y0 * width + x0;
      const right = x0 < width - 1 ? 1 : 0;
      const lower = y0 < height - 1 ? width : 0;
      const top = image[at]! + fx * (image[at + right]! - image[at]!);
      const bottom = image[at + lower]! + fx * (image[at + lower + right]! - image[at + lower]!);
      const value = top + fy * (bottom - top);
      grain = (grain + 1) & 0xffff;
      const place = into.offset + v * side + u;
      images[place] = contrast * value + curve * (value * value - 1) + brightness + noise * NOISE[grain]!;
      const nearest = at + (fx >= 0.5 ? right : 0) + (fy >= 0.5 ? lower : 0);
      const index = classes[nearest]!;
      const weight = classWeights[index]! * (emphasis === null ? 1 : 1 + emphasis[nearest]! * EMPHASIS);
      weights[place] = weight;
      targets[place] = weight > 0 ? index : 0;
    }
  }
}

/** Where in its section the middle of such a crop lies, its bend left out; `random` as `warpCrop` is given it. */
export function cropMiddle(
  place: CropPlace,
  augmentation: Augmentation,
  side: number,
  random: SeededRandom,
): { x: number; y: number } {
  const anchorAt = anchorInCrop(place, augmentation, side, random);
  const [a, b, c, d] = augmentation.matrix;
  const [u, v] = [(side - 1) / 2 - anchorAt.x, (side - 1) / 2 - anchorAt.y];
  return { x: place.anchorX + a * u + b * v, y: place.anchorY + c * u + d * v };
}

/** Where in the crop the anchor comes to lie: at random, but so that the crop stays inside the section if it can. */
function anchorInCrop(
  { section, anchorX, anchorY }: CropPlace,
  { matrix }: Augmentation,
  side: number,
  random: SeededRandom,
): { x: number; y: number } {
  const half = (side - 1) / 2;
  const middle = (anchor: number, length: number) => {
    const from = Math.max(anchor - half, Math.min(half, (length - 1) / 2));
    const to = Math.min(anchor + half, Math.max(length - 1 - half, (length - 1) / 2));
    return from < to ? random.between(from, to) : (from + to) / 2;
  };
  const dx = anchorX - middle(anchorX, section.width);
  const dy = anchorY - middle(anchorY, section.height);
  const [a, b, c, d] = matrix;
  const determinant = a * d - b * c;
  const within = (value: number) => Math.min(side - 1, Math.max(0, Math.round(half + value)));
  return { x: within((d * dx - b * dy) / determinant), y: within((a * dy - c * dx) / determinant) };
}

interface ElasticField {
  columns: number;
  /** [rows, columns, 2] displacements, pixels. */
  knots: Float32Array;
}

function elasticField(deviation: number, side: number, random: SeededRandom): ElasticField | null {
  if (deviation === 0) return null;
  const columns = Math.floor(side / KNOT_SPACING) + 2;
  const knots = Float32Array.from({ length: 2 * columns * columns }, () => deviation * random.normal());
  return { columns, knots };
}

function bendAt(field: ElasticField | null, u: number, v: number): [number, number] {
  if (field === null) return [0, 0];
  const column = Math.floor(u / KNOT_SPACING);
  const row = Math.floor(v / KNOT_SPACING);
  const fx = u / KNOT_SPACING - column;
  const fy = v / KNOT_SPACING - row;
  const at = (r: number, k: number, axis: number) => field.knots[2 * (r * field.columns + k) + axis]!;
  const blend = (axis: number) =>
    (1 - fy) * ((1 - fx) * at(row, column, axis) + fx * at(row, column + 1, axis)) +
    fy * ((1 - fx) * at(row + 1, column, axis) + fx * at(row + 1, column + 1, axis));
  return [blend(0), blend(1)];
}

/** Mirrors about the first and last pixel: …2 1 0 1 2…; `last` ≥ 0. */
function mirror(position: number, last: number): number {
  if (last === 0) return 0;
  const period = 2 * last;
  const within = ((position % period) + period) % period;
  return within > last ? period - within : within;
}
