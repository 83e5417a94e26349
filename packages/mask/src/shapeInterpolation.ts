/**
 * Labels between two labelled sections: the shape of each label goes over from one to the other, by the signed distances to
 * its edge (Raya and Udupa, Shape-based interpolation of multidimensional objects, 1990). Knows no stack and paints nothing.
 */
import { signedDistances } from './distance.ts';
import type { Size } from './runs.ts';

/** Pixels between two slices: a millisecond or so. */
const SLICE = 2 ** 18;

export interface LabelInterpolation {
  /** Labels that both sections have, ascending: a shape that only one has goes over into nothing. */
  readonly labels: readonly number[];
  /**
   * Works out all labels, one slice after the other; each `next()` is some milliseconds. Returns row-major labels, one
   * picture for each of the `places`: 0 where no label's shape is.
   */
  readonly work: Generator<void, Uint8Array[]>;
}

/** `places`: how far from the first section (0) to the second (1) each picture lies, 0 and 1 excluded. */
export function startInterpolation(
  from: Uint8Array,
  to: Uint8Array,
  size: Size,
  places: readonly number[],
): LabelInterpolation {
  const inBoth = new Set(from);
  const labels = [...new Set(to)].filter((label) => label !== 0 && inBoth.has(label)).sort((a, b) => a - b);
  return { labels, work: interpolate(from, to, { size, places, labels }) };
}

function* interpolate(
  from: Uint8Array,
  to: Uint8Array,
  { size, places, labels }: { size: Size; places: readonly number[]; labels: readonly number[] },
): Generator<void, Uint8Array[]> {
  const pictures = places.map(() => new Uint8Array(from.length));
  /** Per picture, how deep inside the label that a pixel has so far it lies. */
  const depths = places.map(() => new Float32Array(from.length));
  const shape = new Uint8Array(from.length);
  const distancesOf = function* (labelled: Uint8Array, label: number) {
    for (let i = 0; i < shape.length; i++) {
      shape[i] = labelled[i] === label ? 1 : 0;
      if (i % SLICE === SLICE - 1) yield;
    }
    return yield* signedDistances(shape, size);
  };
  for (const label of labels) {
    const near = yield* distancesOf(from, label);
    const far = yield* distancesOf(to, label);
    for (const [k, place] of places.entries()) {
      const picture = pictures[k]!;
      const depth = depths[k]!;
      for (let i = 0; i < near.length; i++) {
        if (i % SLICE === SLICE - 1) yield;
        const distance = (1 - place) * near[i]! + place * far[i]!;
        if (distance >= depth[i]!) continue;
        depth[i] = distance;
        picture[i] = label;
      }
    }
  }
  return pictures;
}
