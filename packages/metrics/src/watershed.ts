/**
 * Border thinning by immersion (L. Vincent, P. Soille, IEEE PAMI 13(6), 1991) on a picture of two levels: the cells are
 * the basins, the borders between them are flooded from all sides at once, and where two floods meet a dam stays.
 * With two levels the immersion is one breadth-first search.
 */
import type { Components, Frame } from './components.ts';

const OUTSIDE = -3;
const DRY = -2;
const QUEUED = -1;
const DAM = 0;

/**
 * Floods the background of `cells` in place; `queue` (length of the frame's size) is overwritten. Afterwards a label is
 * 0 on a dam, −3 in the frame, else the component whose flood came first. Without any cell all is one basin.
 */
export function thinBorders(cells: Components, frame: Frame, queue: Int32Array): Components {
  const { width, height, stride } = frame;
  const { labels, count } = cells;
  const empty = count === 0;
  for (let at = 0; at < frame.size; at++) if (labels[at] === 0) labels[at] = empty ? 1 : DRY;
  for (let x = 0; x < stride; x++) {
    labels[x] = OUTSIDE;
    labels[(height + 1) * stride + x] = OUTSIDE;
  }
  for (let y = 0; y <= height + 1; y++) {
    labels[y * stride] = OUTSIDE;
    labels[y * stride + width + 1] = OUTSIDE;
  }
  if (empty) return { labels, count: 1 };

  let tail = queueShore(labels, frame, queue);
  for (let head = 0; head < tail; head++) {
    const at = queue[head]!;
    let basin = DAM; // a pixel between dams only belongs to nobody
    let meeting = false;
    for (let side = 0; side < 4; side++) {
      const next = side === 0 ? at - 1 : side === 1 ? at + 1 : side === 2 ? at - stride : at + stride;
      const label = labels[next]!;
      if (label > 0) {
        if (basin === DAM) basin = label;
        else if (basin !== label) meeting = true;
      } else if (label === DRY) {
        labels[next] = QUEUED;
        queue[tail++] = next;
      }
    }
    labels[at] = meeting ? DAM : basin;
  }
  return { labels, count };
}

/**
 * Queues every dry pixel beside a basin, column by column, as the reference implementation lists its pixels: with that
 * order ties break as they do there. Found row by row and sorted by counting, which is kinder to the cache.
 */
function queueShore(labels: Int32Array, { width, height, stride }: Frame, queue: Int32Array): number {
  const ends = new Int32Array(stride + 1);
  for (let y = 1; y <= height; y++) {
    for (let x = 1, at = y * stride + 1; x <= width; x++, at++) {
      if (labels[at]! >= DAM) continue;
      const shore =
        labels[at - 1]! > 0 || labels[at + 1]! > 0 || labels[at - stride]! > 0 || labels[at + stride]! > 0;
      if (!shore) continue;
      labels[at] = QUEUED;
      ends[x + 1]!++;
    }
  }
  for (let x = 1; x <= stride; x++) ends[x]! += ends[x - 1]!;
  for (let y = 1; y <= height; y++) {
    for (let x = 1, at = y * stride + 1; x <= width; x++, at++) {
      if (labels[at] === QUEUED) queue[ends[x]!++] = at;
    }
  }
  return ends[width]!;
}
