/** Labels of one section worked into strokes for another: copied as they are, or gone over between two. Paints nothing. */
import { type Size, splitByLabel, startInterpolation, wholeArea } from '@cotrace/mask';
import type { Painted } from '@cotrace/mask-doc';

/** Milliseconds of work before the page gets its turn. */
const SLICE_MS = 8;

/** One stroke a label of the table, row-major labels of the whole section. */
export function strokesOfLabels(labels: Uint8Array, size: Size, table: ReadonlySet<number>): Painted[] {
  const known = Uint8Array.from({ length: 256 }, (_, label) => (table.has(label) ? label : 0));
  const parts = splitByLabel(wholeArea(size), (x, y) => known[labels[y * size.width + x]!]!);
  return [...parts].map(([label, runs]) => ({ label, runs }));
}

/**
 * The labels between two sections, one picture for each of the places; undefined when both have no label in common. Works in
 * slices; the page goes on meanwhile. Throws the signal's reason.
 */
export async function labelsBetween(
  from: Uint8Array,
  to: Uint8Array,
  { size, places, signal }: { size: Size; places: readonly number[]; signal: AbortSignal },
): Promise<Uint8Array[] | undefined> {
  const { labels, work } = startInterpolation(from, to, size, places);
  if (labels.length === 0) return undefined;
  for (;;) {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      const step = work.next();
      if (step.done) return step.value;
    }
    await new Promise((done) => setTimeout(done));
    signal.throwIfAborted();
  }
}
