/**
 * 4-connected components of a binary picture, in two passes with union-find. Pictures here have a frame: one pixel of
 * background all around, so that no loop asks whether a neighbour exists. Knows no thresholds and no labels.
 */

/** How a width × height picture lies in its framed array: pixel (x, y) at (y + 1) × stride + x + 1. */
export interface Frame {
  width: number;
  height: number;
  stride: number;
  /** Length of a framed array. */
  size: number;
}

export function frameOf(width: number, height: number): Frame {
  return { width, height, stride: width + 2, size: (width + 2) * (height + 2) };
}

export interface Components {
  /** Framed; 0 = background, components from 1 in the order of their first pixel. */
  labels: Int32Array;
  count: number;
}

/** Components of the pixels where the framed `foreground` is 1. `labels` (framed) is overwritten if given. */
export function connectedComponents(
  foreground: Uint8Array,
  { width, height, stride, size }: Frame,
  labels = new Int32Array(size),
): Components {
  // At most every second pixel begins a component of its own.
  const parents = new Int32Array((size >> 1) + 2);
  let provisional = 0;
  labels.fill(0);
  for (let y = 1; y <= height; y++) {
    const end = y * stride + width;
    for (let at = y * stride + 1; at <= end; at++) {
      if (foreground[at] === 0) continue;
      const left = labels[at - 1]!;
      const above = labels[at - stride]!;
      if (left === 0 && above === 0) {
        provisional++;
        parents[provisional] = provisional;
        labels[at] = provisional;
      } else if (left === 0 || left === above) labels[at] = above;
      else if (above === 0) labels[at] = left;
      else labels[at] = join(parents, left, above);
    }
  }
  // Roots are the least of their set, so ascending order meets each root before its members.
  let count = 0;
  for (let label = 1; label <= provisional; label++) {
    const parent = parents[label]!;
    parents[label] = parent === label ? ++count : parents[parent]!;
  }
  for (let at = 0; at < size; at++) if (labels[at] !== 0) labels[at] = parents[labels[at]!]!;
  return { labels, count };
}

/** Joins two sets under the lesser root, which is returned. */
function join(parents: Int32Array, a: number, b: number): number {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  const root = Math.min(rootA, rootB);
  parents[rootA] = root;
  parents[rootB] = root;
  return root;
}

function rootOf(parents: Int32Array, label: number): number {
  let at = label;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at]!]!; // halves the path
    at = parents[at]!;
  }
  return at;
}
