/** Sizes that a fill knows, on sliders of 0 … 100: equal ways are equal ratios. Pure numbers. */

const LEAST_AREA = 1_000;
/** The largest section whose every pixel is asked for: 12,000². */
const GREATEST_AREA = 144_000_000;
const GREATEST_HOLE = 10_000;

/** Two digits, so that it reads well. */
const rounded = (value: number): number => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
};

export const areaAtPlace = (place: number): number =>
  place >= 100 ? GREATEST_AREA : rounded(LEAST_AREA * (GREATEST_AREA / LEAST_AREA) ** (place / 100));

export const placeOfArea = (pixels: number): number =>
  (Math.log(pixels / LEAST_AREA) / Math.log(GREATEST_AREA / LEAST_AREA)) * 100;

/** 0 pixels at 0: no hole is filled. */
export const holesAtPlace = (place: number): number =>
  place <= 0 ? 0 : rounded(GREATEST_HOLE ** (place / 100));

export const placeOfHoles = (pixels: number): number =>
  pixels <= 0 ? 0 : Math.max(1, (Math.log(pixels) / Math.log(GREATEST_HOLE)) * 100);
