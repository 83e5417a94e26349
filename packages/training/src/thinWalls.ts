/**
 * Where a wall is all that parts two cells: one open pixel there merges them, which costs far more than a pixel. Such
 * pixels weigh more in the loss, after the weight map of the U-Net (Ronneberger et al., MICCAI 2015).
 */
import { connectedComponents } from '@cotrace/metrics';
import { UNKNOWN_CLASS } from './section.ts';

/** Walls wider than this many pixels are not thin. */
const REACH = 7;
/** Standard deviation of the weight over the two distances' sum, pixels. */
const SPREAD = 5;
/** Strokes are no cells: only labels as a whole tell which pixels part two of them. */
const WHOLE = 0.98;

/**
 * [height, width], 255 at its most, for two classes of which the second are the cells; null where the section is not
 * labelled as a whole or has no such walls.
 */
export function thinWalls(
  classes: Uint8Array,
  { width, height }: { width: number; height: number },
): Uint8Array | null {
  let known = 0;
  let cells = 0;
  for (const index of classes) {
    if (index === UNKNOWN_CLASS) continue;
    if (index > 1) return null;
    known++;
    cells += index;
  }
  if (known < WHOLE * classes.length || cells < known / 2) return null;
  const { labels } = connectedComponents(
    classes.map((index) => (index === 1 ? 1 : 0)),
    width,
    height,
  );
  const offsets = nearestFirst(width);
  const emphasis = new Uint8Array(classes.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (classes[at] !== 0) continue;
      let first = 0;
      let firstAway = 0;
      for (const { dx, dy, step, away } of offsets) {
        if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
        const cell = labels[at + step]!;
        if (cell === 0 || cell === first) continue;
        if (first === 0) {
          first = cell;
          firstAway = away;
        } else {
          emphasis[at] = Math.round(255 * Math.exp(-0.5 * ((firstAway + away) / SPREAD) ** 2));
          break;
        }
      }
    }
  }
  return emphasis;
}

function nearestFirst(width: number) {
  const sides = Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH);
  return sides
    .flatMap((dy) => sides.map((dx) => ({ dx, dy, step: dy * width + dx, away: Math.hypot(dx, dy) })))
    .filter(({ away }) => away > 0 && away <= REACH)
    .sort((a, b) => a.away - b.away);
}
