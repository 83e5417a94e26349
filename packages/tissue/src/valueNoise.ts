/** Smooth random fields over x, y and section: lattice values, blended by the cubic 3t² − 2t³. Knows no tissue. */
import { hashUnit } from './seededRandom.ts';

export interface NoiseField {
  seed: number;
  width: number;
  height: number;
  /** Lattice spacing in pixels; vertical spacing where `periodY` differs. */
  period: number;
  periodY?: number;
  section: number;
  /** Lattice spacing in sections; large values change slowly through the stack. */
  sectionPeriod: number;
}

const smooth = (t: number) => t * t * (3 - 2 * t);

/** A value in [-1, 1] that changes smoothly with `section`. */
export function noiseAlongStack(seed: number, lane: number, section: number, sectionPeriod: number): number {
  const at = section / sectionPeriod;
  const below = Math.floor(at);
  const t = smooth(at - below);
  return 2 * ((1 - t) * hashUnit(seed, lane, below) + t * hashUnit(seed, lane, below + 1)) - 1;
}

/** Values in [-1, 1], row by row: [height, width]. */
export function noiseField(field: NoiseField): Float32Array {
  const { seed, width, height, period, section, sectionPeriod } = field;
  const periodY = field.periodY ?? period;
  const columns = Math.floor((width - 1) / period) + 2;
  const rows = Math.floor((height - 1) / periodY) + 2;
  const at = section / sectionPeriod;
  const below = Math.floor(at);
  const t = smooth(at - below);
  // Blending the lattice between two sections first leaves a plain two-dimensional interpolation for the pixels.
  const lattice = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const lower = hashUnit(seed, column, row, below);
      const upper = t === 0 ? lower : hashUnit(seed, column, row, below + 1);
      lattice[row * columns + column] = 2 * ((1 - t) * lower + t * upper) - 1;
    }
  }
  const cellOf = new Int32Array(width);
  const shareOf = new Float64Array(width);
  for (let x = 0; x < width; x++) {
    cellOf[x] = Math.floor(x / period);
    shareOf[x] = smooth(x / period - cellOf[x]!);
  }
  const out = new Float32Array(width * height);
  const blended = new Float64Array(columns);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / periodY);
    const share = smooth(y / periodY - row);
    for (let column = 0; column < columns; column++) {
      const top = lattice[row * columns + column]!;
      blended[column] = top + share * (lattice[(row + 1) * columns + column]! - top);
    }
    for (let x = 0; x < width; x++) {
      const left = blended[cellOf[x]!]!;
      out[y * width + x] = left + shareOf[x]! * (blended[cellOf[x]! + 1]! - left);
    }
  }
  return out;
}
