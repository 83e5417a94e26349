/** Smooth outlines: every pixel of an area takes the label that most pixels around it have. Knows no mask and no undo. */
import { clip, type Runs, RunsWriter, type Size } from './runs.ts';

/**
 * The pixels of `area` that change, by the label that they take. Around a pixel means the disc of `radius` pixels about its
 * centre, as far as it lies inside the image; of labels that are equally frequent the pixel's own stays, else the least counts.
 * `labels`: row-major, `width * height` bytes, 0 (unknown) being a label like any other.
 */
export function smoothLabels(
  labels: Uint8Array,
  { width, height }: Size,
  area: Runs,
  radius: number,
): Map<number, Runs> {
  const reach = Math.floor(radius);
  /** Per row of the disc, how far it goes to either side. */
  const halves = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radius * radius - (i - reach) ** 2)),
  );
  const counts = new Uint32Array(256);
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const changed = new Map<number, RunsWriter>();

  /** Counts the pixels of the column `half` beside x in every row of the disc: those that come in, or go. */
  const countSide = (x: number, y: number, side: -1 | 1, by: 1 | -1) => {
    for (let dy = -reach; dy <= reach; dy++) {
      const column = x + side * halves[dy + reach]!;
      const row = y + dy;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      counts[labels[row * width + column]!]! += by;
    }
  };
  const countDisc = (x: number, y: number) => {
    counts.fill(0);
    for (let dy = -reach; dy <= reach; dy++) {
      const row = y + dy;
      if (row < 0 || row >= height) continue;
      const half = halves[dy + reach]!;
      for (let column = Math.max(0, x - half); column <= Math.min(width - 1, x + half); column++)
        counts[labels[row * width + column]!]!++;
    }
  };

  const inside = clip(area, { width, height });
  for (let i = 0; i < inside.length; i += 3) {
    const y = inside[i]!;
    const to = inside[i + 2]!;
    for (let x = inside[i + 1]!; x < to; x++) {
      if (x === inside[i + 1]) countDisc(x, y);
      else {
        countSide(x - 1, y, -1, -1);
        countSide(x, y, 1, 1);
      }
      const own = labels[y * width + x]!;
      let best = own;
      for (const label of present) if (counts[label]! > counts[best]!) best = label;
      if (best === own) continue;
      let writer = changed.get(best);
      if (writer === undefined) {
        writer = new RunsWriter();
        changed.set(best, writer);
      }
      writer.push(y, x, x + 1);
    }
  }
  return new Map([...changed].sort(([a], [b]) => a - b).map(([label, writer]) => [label, writer.finish()]));
}
