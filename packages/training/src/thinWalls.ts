/**
 * Where a wall is all that parts two cells: one open pixel there merges them, which costs far more than a pixel. Such
 * pixels weigh more in the loss, after the weight map of the U-Net (Ronneberger et al., MICCAI 2015).
 */
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
  const labels = numberCells(classes, width);
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

/** 4-connected cells, numbered from 1; 0 where there is none. */
function numberCells(classes: Uint8Array, width: number): Int32Array {
  const cells = new Int32Array(classes.length);
  let count = 0;
  for (let start = 0; start < classes.length; start++) {
    if (classes[start] !== 1 || cells[start] !== 0) continue;
    count++;
    cells[start] = count;
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const x = at % width;
      const around = [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width];
      for (const next of around) {
        if (classes[next] !== 1 || cells[next] !== 0) continue;
        cells[next] = count;
        open.push(next);
      }
    }
  }
  return cells;
}

function nearestFirst(width: number) {
  const sides = Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH);
  return sides
    .flatMap((dy) => sides.map((dx) => ({ dx, dy, step: dy * width + dx, away: Math.hypot(dx, dy) })))
    .filter(({ away }) => away > 0 && away <= REACH)
    .sort((a, b) => a.away - b.away);
}
