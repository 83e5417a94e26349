/** What the microscope does to a section: blur, uneven illumination, shot noise, eight bits. */
import type { Canvas } from './neurites.ts';
import { hash } from './seededRandom.ts';
import { noiseField } from './valueNoise.ts';

/** Blurs by [1 2 1] / 4 in both directions; the border repeats. In place. */
export function blur(grey: Float32Array, width: number, height: number): void {
  const line = new Float32Array(Math.max(width, height));
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) line[x] = grey[row + x]!;
    for (let x = 0; x < width; x++) {
      grey[row + x] =
        0.25 * line[Math.max(0, x - 1)]! + 0.5 * line[x]! + 0.25 * line[Math.min(width - 1, x + 1)]!;
    }
  }
  const above = grey.slice(0, width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const below = y + 1 < height ? row + width : row;
    for (let x = 0; x < width; x++) {
      const here = grey[row + x]!;
      grey[row + x] = 0.25 * above[x]! + 0.5 * here + 0.25 * grey[below + x]!;
      above[x] = here;
    }
  }
}

/** Illumination, then grain that is stronger where it is brighter, rounded to 0–255. */
export function expose(grey: Float32Array, { seed, width, height }: Canvas, section: number): Uint8Array {
  const light = noiseField({ seed: seed + 71, width, height, period: 230, section, sectionPeriod: 1.7 });
  const grain = new Float32Array(grey.length);
  for (let i = 0; i < grain.length; i++) grain[i] = roughNormal(seed + 72, i, section);
  softenGrain(grain, width);
  const image = new Uint8Array(grey.length);
  for (let i = 0; i < image.length; i++) {
    const lit = grey[i]! * (1 + 0.1 * light[i]!);
    const value = lit + grain[i]! * (9 + 0.075 * Math.max(0, lit));
    image[i] = value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
  }
  return image;
}

/** Mean 0, variance 1: the sum of eight uniform bytes, so no logarithm is needed. */
function roughNormal(seed: number, index: number, section: number): number {
  const a = hash(seed, index, section);
  const b = hash(a, 0x5bd1e995);
  const sum =
    (a & 255) +
    ((a >>> 8) & 255) +
    ((a >>> 16) & 255) +
    (a >>> 24) +
    (b & 255) +
    ((b >>> 8) & 255) +
    ((b >>> 16) & 255) +
    (b >>> 24);
  return (sum - 1020) / 209;
}

// The detector's grain is a little wider than a pixel: neighbours share a third of it.
function softenGrain(grain: Float32Array, width: number): void {
  for (let i = grain.length - 1; i > width; i--) {
    grain[i] = 0.8 * grain[i]! + 0.4 * grain[i - 1]! + 0.4 * grain[i - width]!;
  }
}
