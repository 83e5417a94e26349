/**
 * Shapes whose sides are numbers or symbols: `['n', 'h/2', 'w/2', 32]`. A symbol stands for a length that is known
 * only when the graph runs; its fraction is kept, so that a half-size skip joined to a full-size one is found while
 * building.
 */

export type Side = number | string;
export type Shape = readonly Side[];

/** The side `factor` times as long; factor 2 and 1/2 are what pooling and up-sampling need. */
export function scaledSide(side: Side, factor: number): Side {
  if (typeof side === 'number') return side * factor;
  const [, symbol, sign, count] = /^([a-z]+)(?:([*/])(\d+))?$/.exec(side)!;
  const share = (sign === '/' ? 1 / Number(count) : Number(count ?? 1)) * factor;
  if (share === 1) return symbol!;
  return share < 1 ? `${symbol}/${1 / share}` : `${symbol}*${share}`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, at) => side === b[at]);
}

/** `[n, h/2, w/2, 32]`, for messages. */
export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** TensorFlow's shape of a broadcast of both, or null where there is none. */
export function broadcastShape(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const sides: Side[] = [];
  for (let at = 0; at < rank; at++) {
    const left = a[at - rank + a.length] ?? 1;
    const right = b[at - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    sides.push(left === 1 ? right : left);
  }
  return sides;
}
