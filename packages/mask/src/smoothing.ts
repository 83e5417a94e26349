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
  const present = [...new Set(labels)].sort((a, b) => a - b);
  // Labels by their place among those that are there, with a margin of another one: no look leaves the picture.
  const placeOf = new Uint8Array(256);
  present.forEach((label, place) => {
    placeOf[label] = place;
  });
  const outside = present.length;
  const stride = width + 2 * reach + 1;
  const places = new Uint16Array(stride * (height + 2 * reach)).fill(outside);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      places[(y + reach) * stride + x + reach] = placeOf[labels[y * width + x]!]!;
  /** For every row of the disc: its rightmost pixel, and the one to the left of its leftmost, from the centre. */
  const coming = new Int32Array(2 * reach + 1);
  const going = new Int32Array(2 * reach + 1);
  for (let dy = -reach; dy <= reach; dy++) {
    const half = Math.floor(Math.sqrt(radius * radius - dy * dy));
    coming[dy + reach] = dy * stride + half;
    going[dy + reach] = dy * stride - half - 1;
  }
  const counts = new Uint32Array(outside + 1);
  const countDisc = (at: number) => {
    counts.fill(0);
    for (let row = 0; row < coming.length; row++)
      for (let to = going[row]! + 1; to <= coming[row]!; to++) counts[places[at + to]!]!++;
  };

  const changed = new Map<number, RunsWriter>();
  const inside = clip(area, { width, height });
  for (let i = 0; i < inside.length; i += 3) {
    const y = inside[i]!;
    const from = inside[i + 1]!;
    const to = inside[i + 2]!;
    for (let x = from; x < to; x++) {
      const at = (y + reach) * stride + x + reach;
      if (x === from) countDisc(at);
      else
        for (let row = 0; row < coming.length; row++) {
          counts[places[at + going[row]!]!]!--;
          counts[places[at + coming[row]!]!]!++;
        }
      const own = places[at]!;
      let best = own;
      for (let place = 0; place < outside; place++) if (counts[place]! > counts[best]!) best = place;
      if (best === own) continue;
      const label = present[best]!;
      let writer = changed.get(label);
      if (writer === undefined) {
        writer = new RunsWriter();
        changed.set(label, writer);
      }
      writer.push(y, x, x + 1);
    }
  }
  return new Map([...changed].sort(([a], [b]) => a - b).map(([label, writer]) => [label, writer.finish()]));
}
