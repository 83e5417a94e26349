/**
 * Where to ask next: square regions of one section, uncertain, apart from one another, and not always the same ones.
 * Raw entropy alone would give every place to one long membrane; so the scores carry power noise and near places are
 * passed over (stochastic batch acquisition: Kirsch et al. 2023, arXiv 2106.12059).
 */
import { seededRandom } from './seededRandom.ts';

export interface UncertainRegion {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Mean entropy, nats. */
  score: number;
}

/** Candidates lie this share of a side apart: finer hardly changes the mean. */
const STRIDE = 1 / 4;
/** Exponent of the scores under the noise: 1 draws in proportion to the score, more approaches the plain order. */
const POWER = 4;
/** A place this many sides away counts in full; nearer ones lose up to all of their score. */
const REACH = 2;

/**
 * At most `count` regions of `side` × `side` (less where the section is smaller), not overlapping, most uncertain first.
 * `uncertainty`: [height, width], nats. The same seed gives the same regions.
 */
export function uncertainRegions(
  uncertainty: Float32Array,
  options: { width: number; height: number; side: number; count: number; seed: number },
): UncertainRegion[] {
  const { width, height, count, seed } = options;
  const regionWidth = Math.min(options.side, width);
  const regionHeight = Math.min(options.side, height);
  const random = seededRandom(seed, 0x5e1);
  const candidates = placesAlong(height, regionHeight).flatMap((y) =>
    placesAlong(width, regionWidth).map((x) => ({
      x,
      y,
      score: 0,
      noise: -Math.log(-Math.log(1 - random.unit())),
    })),
  );
  const table = integral(uncertainty, width, height);
  for (const place of candidates) {
    place.score = sumOf(table, width, place, regionWidth, regionHeight) / (regionWidth * regionHeight);
  }
  const chosen: UncertainRegion[] = [];
  let left = candidates.filter(({ score }) => score > 0);
  const nearness = candidates.length === 0 ? new Map() : new Map(left.map((place) => [place, 1]));
  while (chosen.length < count && left.length > 0) {
    let best = left[0]!;
    let bestRank = -Infinity;
    for (const place of left) {
      const rank = POWER * Math.log(place.score * nearness.get(place)!) + place.noise;
      if (rank > bestRank) {
        best = place;
        bestRank = rank;
      }
    }
    chosen.push({ x: best.x, y: best.y, width: regionWidth, height: regionHeight, score: best.score });
    left = left.filter(
      ({ x, y }) => Math.abs(x - best.x) >= regionWidth || Math.abs(y - best.y) >= regionHeight,
    );
    for (const place of left) {
      const away = Math.hypot((place.x - best.x) / regionWidth, (place.y - best.y) / regionHeight) / REACH;
      nearness.set(place, nearness.get(place)! * (1 - Math.exp(-2 * away * away)));
    }
  }
  return chosen.sort((a, b) => b.score - a.score);
}

function placesAlong(length: number, side: number): number[] {
  const last = length - side;
  const steps = Math.ceil(last / Math.max(1, Math.floor(side * STRIDE)));
  return Array.from({ length: steps + 1 }, (_, i) => (steps === 0 ? 0 : Math.round((last * i) / steps)));
}

/** Summed-area table, [height + 1, width + 1]. */
function integral(values: Float32Array, width: number, height: number): Float64Array {
  const table = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += values[y * width + x]!;
      table[(y + 1) * (width + 1) + x + 1] = table[y * (width + 1) + x + 1]! + row;
    }
  }
  return table;
}

function sumOf(
  table: Float64Array,
  width: number,
  { x, y }: { x: number; y: number },
  regionWidth: number,
  regionHeight: number,
): number {
  const at = (row: number, column: number) => table[row * (width + 1) + column]!;
  return at(y + regionHeight, x + regionWidth) - at(y, x + regionWidth) - at(y + regionHeight, x) + at(y, x);
}
