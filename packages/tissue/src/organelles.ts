/** Small things in the cytoplasm that are dark but no membrane: vesicles in flocks and strands of reticulum. */
import type { Canvas } from './neurites.ts';
import { hashUnit, seededRandom } from './seededRandom.ts';
import { noiseField } from './valueNoise.ts';

/** Adds vesicles to `grey`: rings of 5 to 8 px, lighter inside, where a cell has a flock and the wall is not near. */
export function drawVesicles(
  grey: Float32Array,
  { seed, width, height }: Canvas,
  section: number,
  cellOf: Int32Array,
  distance: Float32Array,
): void {
  // Vesicles are smaller than a section is thick, so each section has its own; the flocks stay.
  const random = seededRandom(seed * 31 + section * 7919 + 5);
  const flock = noiseField({ seed: seed + 41, width, height, period: 46, section, sectionPeriod: 5 });
  const tries = Math.round((width * height) / 150);
  for (let n = 0; n < tries; n++) {
    const x = Math.floor(random.unit() * width);
    const y = Math.floor(random.unit() * height);
    const radius = random.between(2.4, 4);
    const strength = random.between(14, 40);
    const i = y * width + x;
    if (distance[i]! < radius + 3 || flock[i]! < 0.18 || hashUnit(seed, 61, cellOf[i]!) > 0.55) continue;
    const reach = Math.ceil(radius + 1.5);
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
        const fromRim = Math.sqrt((u - x) * (u - x) + (v - y) * (v - y)) - radius;
        if (fromRim < -1.2) grey[v * width + u]! += 6;
        else if (fromRim < 1.2) grey[v * width + u]! -= strength * (1 - Math.abs(fromRim) / 1.2);
      }
    }
  }
}

/** Adds strands of endoplasmic reticulum: level lines of a smooth field, broken by another, away from the walls. */
export function drawReticulum(
  grey: Float32Array,
  { seed, width, height }: Canvas,
  section: number,
  distance: Float32Array,
): void {
  const lines = noiseField({ seed: seed + 51, width, height, period: 34, section, sectionPeriod: 2.5 });
  const gaps = noiseField({ seed: seed + 52, width, height, period: 27, section, sectionPeriod: 3 });
  for (let i = 0; i < grey.length; i++) {
    const presence = gaps[i]! - 0.12;
    if (presence <= 0 || distance[i]! < 7) continue;
    const away = Math.abs(lines[i]! - 0.1) / 0.045;
    if (away < 1) grey[i]! -= 52 * Math.min(1, 4 * presence) * (1 - away * away);
  }
}
