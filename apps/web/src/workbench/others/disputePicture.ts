/** The disagreement layer's pixels: in the colour of the label that was painted over, with a bright edge. Pure. */

export interface DisputePixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, row-major, alpha not premultiplied. */
  readonly data: Uint8ClampedArray;
}

const FILL_ALPHA = 150;
const EDGE = [255, 255, 255, 235] as const;

/**
 * `labels`: [height * width], 0 where nobody disagrees. `palette`: 256 × RGBA by label. A label that has no colour any more is
 * shown white.
 */
export function disputePixels(
  labels: Uint8Array,
  { width, height }: { width: number; height: number },
  palette: Uint8Array,
): DisputePixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i]!;
      if (label === 0) continue;
      const isEdge =
        (x > 0 && labels[i - 1] === 0) ||
        (x + 1 < width && labels[i + 1] === 0) ||
        (y > 0 && labels[i - width] === 0) ||
        (y + 1 < height && labels[i + width] === 0);
      if (isEdge || palette[label * 4 + 3] === 0) {
        data.set(EDGE, i * 4);
        continue;
      }
      data[i * 4] = palette[label * 4]!;
      data[i * 4 + 1] = palette[label * 4 + 1]!;
      data[i * 4 + 2] = palette[label * 4 + 2]!;
      data[i * 4 + 3] = FILL_ALPHA;
    }
  }
  return { width, height, data };
}

/** One pixel for each square of n, so that neither side exceeds `most`: any pixel of a square stands for it, so that thin disputes are seen. */
export function shrunk(
  labels: Uint8Array,
  { width, height }: { width: number; height: number },
  most: number,
): { labels: Uint8Array; width: number; height: number; step: number } {
  const step = Math.ceil(Math.max(width, height) / most);
  if (step === 1) return { labels, width, height, step };
  const [across, down] = [Math.ceil(width / step), Math.ceil(height / step)];
  const small = new Uint8Array(across * down);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / step) * across;
    for (let x = 0; x < width; x++) {
      const label = labels[y * width + x]!;
      if (label !== 0) small[row + Math.floor(x / step)] = label;
    }
  }
  return { labels: small, width: across, height: down, step };
}
