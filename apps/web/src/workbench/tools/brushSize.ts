/** Sizes of a brush in image pixels, and the steps between them. Pure numbers. */

export const MIN_DIAMETER = 1;
export const MAX_DIAMETER = 256;
export const INITIAL_DIAMETER = 12;

/** One step up or down: by about a sixth, by one pixel at least, always whole. */
export function steppedDiameter(diameter: number, direction: 1 | -1): number {
  const step = Math.max(1, Math.round(diameter / 6));
  return clampedDiameter(diameter + direction * step);
}

export const clampedDiameter = (diameter: number): number =>
  Math.min(Math.max(Math.round(diameter), MIN_DIAMETER), MAX_DIAMETER);

/** A slider's place 0…100 for a diameter: equal ways are equal ratios. */
export const placeOfDiameter = (diameter: number): number =>
  (Math.log(diameter / MIN_DIAMETER) / Math.log(MAX_DIAMETER / MIN_DIAMETER)) * 100;

export const diameterAtPlace = (place: number): number =>
  clampedDiameter(MIN_DIAMETER * (MAX_DIAMETER / MIN_DIAMETER) ** (place / 100));
