/** The mask algebra done naively, pixel by pixel: the oracle of the property tests. Shares no code with the algebra. */
import fc from 'fast-check';
import { type Box, type PlacedRecord, type Runs, runsFromTriples } from '../index.ts';

export const WIDTH = 40;
export const HEIGHT = 30;

/** Cases of one property: few by default, many in the long run. */
export const cases = (few: number) => ({
  numRuns: process.env.COTRACE_LONG ? 10_000 : few,
});

/** For one property on a machine that others use too. */
export const PATIENCE_MS = process.env.COTRACE_LONG ? 3_600_000 : 120_000;

export type Pixels = Set<string>;

export function pixelsOf(runs: Runs): Pixels {
  const pixels = new Set<string>();
  for (let i = 0; i < runs.length; i += 3) {
    for (let x = runs[i + 1]!; x < runs[i + 2]!; x++) pixels.add(`${x},${runs[i]}`);
  }
  return pixels;
}

/** Canonical runs of a row-major bitmap, by a loop that knows nothing of merging. */
export function runsOf(covered: (x: number, y: number) => boolean, width = WIDTH, height = HEIGHT): Runs {
  const triples: number[] = [];
  for (let y = 0; y < height; y++) {
    let start = -1;
    for (let x = 0; x <= width; x++) {
      const inside = x < width && covered(x, y);
      if (inside && start < 0) start = x;
      if (!inside && start >= 0) {
        triples.push(y, start, x);
        start = -1;
      }
    }
  }
  return runsFromTriples(triples);
}

/** Any set of pixels of a small mask, with both long and short runs. */
export const anyRuns = fc
  .array(
    fc.record({
      x: fc.integer({ min: 0, max: WIDTH - 1 }),
      y: fc.integer({ min: 0, max: HEIGHT - 1 }),
      w: fc.integer({ min: 1, max: 12 }),
      h: fc.integer({ min: 1, max: 6 }),
    }),
    { maxLength: 8 },
  )
  .map((boxes) =>
    runsOf((px, py) => boxes.some(({ x, y, w, h }) => px >= x && px < x + w && py >= y && py < y + h)),
  );

export const someRuns = anyRuns.filter((runs) => runs.length > 0);

/** The picture by the rule itself: for each pixel, the greatest of the records that cover it. */
export function naivePicture(records: readonly PlacedRecord[], width: number, height: number): Uint8Array {
  const covering = records.map((placed) => ({ placed, pixels: pixelsOf(placed.record.runs) }));
  const picture = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let top: PlacedRecord | undefined;
      for (const { placed, pixels } of covering) {
        if (!pixels.has(`${x},${y}`)) continue;
        const { lamport } = placed.record;
        if (
          top === undefined ||
          lamport > top.record.lamport ||
          (lamport === top.record.lamport && placed.sessionId > top.sessionId)
        ) {
          top = placed;
        }
      }
      picture[y * width + x] = top?.record.label ?? 0;
    }
  }
  return picture;
}

/** The record that shows at each pixel of a box, row-major, by the rule itself and with no tiles. All records lie inside the box. */
export function naiveTop(records: Iterable<PlacedRecord>, box: Box): (PlacedRecord | undefined)[] {
  const width = box.x1 - box.x0;
  const top = new Array<PlacedRecord | undefined>(width * (box.y1 - box.y0)).fill(undefined);
  for (const placed of records) {
    const { runs, lamport } = placed.record;
    for (let i = 0; i < runs.length; i += 3) {
      for (let x = runs[i + 1]!; x < runs[i + 2]!; x++) {
        const at = (runs[i]! - box.y0) * width + x - box.x0;
        const rival = top[at];
        const wins =
          rival === undefined ||
          lamport > rival.record.lamport ||
          (lamport === rival.record.lamport && placed.sessionId > rival.sessionId);
        if (wins) top[at] = placed;
      }
    }
  }
  return top;
}
