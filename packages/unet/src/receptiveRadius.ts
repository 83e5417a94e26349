/** How far an output pixel sees, found by walking the network with intervals instead of tensors. */
import type { UnetConfig } from './config.ts';
import { unetLogits } from './network.ts';
import type { Ops } from './ops.ts';

/** For each output pixel of one row, the first and last input pixel it depends on. */
type Reach = { first: number; last: number }[];

function around(x: Reach, before: number, after: number): Reach {
  return x.map((_, at) => {
    const from = x[Math.max(0, at - before)]!;
    const to = x[Math.min(x.length - 1, at + after)]!;
    return { first: from.first, last: to.last };
  });
}

/**
 * Pixels to each side that can change an output pixel through convolutions and pooling, the greatest over all
 * positions. Group normalisation also sees the mean and variance of the whole tile; that is not counted.
 */
export function receptiveRadius(config: UnetConfig): number {
  // The filter stands for its own size here: parameters are handed out as [size, size, from, to].
  type Walked = { reach: Reach } | { size: number };
  const reachOf = (x: Walked) => (x as { reach: Reach }).reach;
  const ops: Ops<Walked> = {
    conv(x, filter) {
      const { size } = filter as { size: number };
      // Padding to the same size puts the odd pixel after, as TensorFlow does.
      const before = Math.floor((size - 1) / 2);
      return { reach: around(reachOf(x), before, size - 1 - before) };
    },
    standardise: (filter) => filter,
    bias: (x) => x,
    relu: (x) => x,
    groupNorm: (x) => x,
    dropout: (x) => x,
    maxPool(x) {
      const reach = reachOf(x);
      return {
        reach: reach.flatMap((pixel, at) =>
          at % 2 === 0 ? [{ first: pixel.first, last: reach[at + 1]!.last }] : [],
        ),
      };
    },
    upsample: (x) => ({ reach: reachOf(x).flatMap((pixel) => [pixel, pixel]) }),
    concat(a, b) {
      const other = reachOf(b);
      return {
        reach: reachOf(a).map(({ first, last }, at) => ({
          first: Math.min(first, other[at]!.first),
          last: Math.max(last, other[at]!.last),
        })),
      };
    },
  };
  // Wide enough that the middle is far from both ends: twice eight pixels of the deepest level and some.
  const width = 2 ** config.depth * 32;
  const row: Reach = Array.from({ length: width }, (_, at) => ({ first: at, last: at }));
  const logits = unetLogits<Walked>(ops, config, ({ shape }) => ({ size: shape[0]! }), { reach: row });
  const middle = reachOf(logits).slice(width / 2, width / 2 + 2 ** config.depth);
  return Math.max(
    ...middle.map(({ first, last }, at) => Math.max(width / 2 + at - first, last - width / 2 - at)),
  );
}
