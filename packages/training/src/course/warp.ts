/**
 * Moves a whole picture and its mask by one affine map: both bilinearly, beyond the border the nearest pixel. The mask's
 * pixel is the class with the greatest share of the four around it, for two classes the second where its share exceeds
 * a half, as the notes threshold it.
 */
import { UNKNOWN_CLASS } from '../section.ts';
import type { Affine } from './augmentation.ts';

export interface SquarePicture {
  side: number;
  /** [side, side], 0…1. */
  image: Float32Array;
  /** [side, side] class index, UNKNOWN_CLASS where unpainted. */
  classes: Uint8Array;
}

export interface WarpTarget {
  /** Where the picture begins in the arrays below. */
  offset: number;
  images: Float32Array;
  targets: Uint8Array;
  weights: Float32Array;
}

/** Writes image, class index and weight: 1, or 0 where one of the four mask pixels is unpainted. */
export function warpPicture({ side, image, classes }: SquarePicture, by: Affine, into: WarpTarget): void {
  const last = side - 1;
  const shares = new Float64Array(256);
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      const x = Math.min(last, Math.max(0, by.a * u + by.b * v + by.e));
      const y = Math.min(last, Math.max(0, by.c * u + by.d * v + by.f));
      const left = Math.floor(x);
      const top = Math.floor(y);
      const fx = x - left;
      const fy = y - top;
      const at = top * side + left;
      const right = at + (left < last ? 1 : 0);
      const below = top < last ? side : 0;
      const upper = image[at]! + fx * (image[right]! - image[at]!);
      const lower = image[at + below]! + fx * (image[right + below]! - image[at + below]!);
      const to = into.offset + v * side + u;
      into.images[to] = upper + fy * (lower - upper);

      const corners = [classes[at]!, classes[right]!, classes[at + below]!, classes[right + below]!] as const;
      const index =
        corners[0] === corners[1] && corners[0] === corners[2] && corners[0] === corners[3]
          ? corners[0]
          : greatestShare(shares, corners, fx, fy);
      into.targets[to] = index === UNKNOWN_CLASS ? 0 : index;
      into.weights[to] = index === UNKNOWN_CLASS ? 0 : 1;
    }
  }
}

type Corners = readonly [number, number, number, number];

/** UNKNOWN_CLASS where any corner with a share is unknown; of equal shares the lowest class. `shares` is scratch. */
function greatestShare(shares: Float64Array, corners: Corners, fx: number, fy: number): number {
  const parts = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy] as const;
  for (const corner of corners) shares[corner] = 0;
  corners.forEach((corner, i) => {
    shares[corner]! += parts[i]!;
  });
  if (corners.includes(UNKNOWN_CLASS) && shares[UNKNOWN_CLASS]! > 0) return UNKNOWN_CLASS;
  let best = corners[0];
  for (const corner of corners) {
    const more = shares[corner]! - shares[best]!;
    if (more > 0 || (more === 0 && corner < best)) best = corner;
  }
  return best;
}
