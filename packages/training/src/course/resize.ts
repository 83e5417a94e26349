/**
 * Sections to the notes' square and answers back. Three ways, each that of the program the notes use there: nearest
 * (Keras reads training images so), smoothed and linear (scikit-image's resize, for images to be predicted), linear.
 */

export interface Picture<Values> {
  width: number;
  height: number;
  /** [height, width] or [height, width, channels]. */
  values: Values;
}

interface Size {
  width: number;
  height: number;
}

/** The pixel under the middle of each new one. */
export function resizeNearest<Values extends Float32Array | Uint8Array>(
  { width, height, values }: Picture<Values>,
  to: Size,
): Values {
  if (to.width === width && to.height === height) return values;
  const result = new (values.constructor as new (length: number) => Values)(to.width * to.height);
  const columns = Int32Array.from({ length: to.width }, (_, x) => Math.floor(((x + 0.5) * width) / to.width));
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / to.height) * width;
    for (let x = 0; x < to.width; x++) result[y * to.width + x] = values[row + columns[x]!]!;
  }
  return result;
}

/** Bilinear, of `channels` a pixel; beyond the border the mirror image. */
export function resizeLinear(
  { width, height, values }: Picture<Float32Array>,
  to: Size,
  channels = 1,
): Float32Array {
  if (to.width === width && to.height === height) return values;
  const across = linearTaps(width, to.width);
  const down = linearTaps(height, to.height);
  const result = new Float32Array(to.width * to.height * channels);
  for (let y = 0; y < to.height; y++) {
    const { from: top, next: bottom, share: fy } = down[y]!;
    for (let x = 0; x < to.width; x++) {
      const { from: left, next: right, share: fx } = across[x]!;
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number) => values[(row * width + column) * channels + c]!;
        const upper = at(top, left) + fx * (at(top, right) - at(top, left));
        const lower = at(bottom, left) + fx * (at(bottom, right) - at(bottom, left));
        result[(y * to.width + x) * channels + c] = upper + fy * (lower - upper);
      }
    }
  }
  return result;
}

/** A Gaussian of deviation (factor − 1) / 2 where the picture shrinks, then bilinear. */
export function resizeSmoothed(picture: Picture<Float32Array>, to: Size): Float32Array {
  const { width, height } = picture;
  const across = gaussian((width / to.width - 1) / 2);
  const down = gaussian((height / to.height - 1) / 2);
  const smooth = blurRows(blurColumns(picture, down), across);
  return resizeLinear({ width, height, values: smooth }, to);
}

interface Tap {
  from: number;
  next: number;
  share: number;
}

function linearTaps(length: number, wanted: number): Tap[] {
  return Array.from({ length: wanted }, (_, i) => {
    const place = ((i + 0.5) * length) / wanted - 0.5;
    const from = Math.floor(place);
    return { from: mirrored(from, length), next: mirrored(from + 1, length), share: place - from };
  });
}

/** Weights for −radius…radius; one alone where nothing is to be smoothed. */
function gaussian(deviation: number): Float64Array {
  if (deviation <= 0) return Float64Array.of(1);
  const radius = Math.floor(4 * deviation + 0.5);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / deviation) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function blurRows({ width, height, values }: Picture<Float32Array>, weights: Float64Array): Float32Array {
  return blur(values, weights, { lines: height, length: width, lineStep: width, step: 1 });
}

function blurColumns(picture: Picture<Float32Array>, weights: Float64Array): Picture<Float32Array> {
  const { width, height, values } = picture;
  const along = { lines: width, length: height, lineStep: 1, step: width };
  return { width, height, values: blur(values, weights, along) };
}

function blur(
  values: Float32Array,
  weights: Float64Array,
  { lines, length, lineStep, step }: { lines: number; length: number; lineStep: number; step: number },
): Float32Array {
  if (weights.length === 1) return values;
  const radius = (weights.length - 1) / 2;
  const places = Int32Array.from({ length: length + 2 * radius }, (_, i) => mirrored(i - radius, length));
  const result = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        sum += weights[k]! * values[line * lineStep + places[i + k]! * step]!;
      }
      result[line * lineStep + i * step] = sum;
    }
  }
  return result;
}

/** …2 1 0 1 2…, about the first and last pixel. */
function mirrored(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((index % period) + period) % period;
  return within < length ? within : period - within;
}
