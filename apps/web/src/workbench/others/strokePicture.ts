/** A stroke as a small picture: filled with a bright rim, or its rim alone. Pure: pixels in, pixels out. */
import { type Box, boundingBox, forEachRun, type Runs } from '@cotrace/mask';

export interface StrokePicture {
  /** In image pixels: where the picture lies. */
  readonly box: Box;
  /** Pixels of the picture; fewer than the box has where the stroke is very large. */
  readonly width: number;
  readonly height: number;
  /** Alpha 0…255, row-major. */
  readonly alpha: Uint8Array;
}

/** Of one picture: larger ones are drawn at a half, a third, and so on. */
const MOST_PIXELS = 1024 * 1024;
const FILL = 120;
const RIM = 255;

/** `fill` false: the rim only. Undefined for a stroke of no pixels. */
export function strokePicture(runs: Runs, { fill }: { fill: boolean }): StrokePicture | undefined {
  const inner = boundingBox(runs);
  if (inner === undefined) return undefined;
  // A rim around: the outermost pixels have neighbours, too.
  const box = { x0: inner.x0 - 1, y0: inner.y0 - 1, x1: inner.x1 + 1, y1: inner.y1 + 1 };
  const shrink = Math.ceil(Math.sqrt(Math.max(1, ((box.x1 - box.x0) * (box.y1 - box.y0)) / MOST_PIXELS)));
  const width = Math.ceil((box.x1 - box.x0) / shrink);
  const height = Math.ceil((box.y1 - box.y0) / shrink);
  const covered = new Uint8Array(width * height);
  forEachRun(runs, (y, x0, x1) => {
    const row = Math.floor((y - box.y0) / shrink) * width;
    covered.fill(1, row + Math.floor((x0 - box.x0) / shrink), row + Math.ceil((x1 - box.x0) / shrink));
  });
  const alpha = new Uint8Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      if (covered[i] === 0) continue;
      const isRim =
        covered[i - 1] === 0 || covered[i + 1] === 0 || covered[i - width] === 0 || covered[i + width] === 0;
      alpha[i] = isRim ? RIM : fill ? FILL : 0;
    }
  }
  const { x0, y0 } = box;
  return { box: { x0, y0, x1: x0 + width * shrink, y1: y0 + height * shrink }, width, height, alpha };
}
