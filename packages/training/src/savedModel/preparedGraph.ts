/** What happens to a section before the network sees it, as nodes of a graph: the same as `standardise` and `cutTile`. */
import type { DataType, Graph, Tensor } from '@cotrace/graph';
import * as graph from '@cotrace/graph';
import { BINS, FURTHEST, LEAST_DEVIATION, TAIL } from '../standardise.ts';

/**
 * [n, h, w, 1] of 0…1 → the same, each image with mean 0 and deviation 1 between its tails. The bin of a tail is that of
 * the pixel at its rank, so no histogram is needed.
 */
export function standardiseInGraph(to: Graph, name: string, images: Tensor): Tensor {
  const at = (what: string) => `${name}/${what}`;
  const number = (what: string, value: number, type: DataType = 'float64') =>
    graph.scalar(to, at(what), value, type);
  const binary = (op: Parameters<typeof graph.arithmetic>[1], what: string, a: Tensor, b: Tensor) =>
    graph.arithmetic(to, op, at(what), a, b);

  const whole = graph.shapeOf(to, at('shape'), images);
  const rows = binary(
    'AddV2',
    'rows',
    binary('Mul', 'count', whole, graph.constant(to, at('first'), [1, 0, 0, 0], [4], 'int32')),
    graph.constant(to, at('rest'), [0, -1, -1, -1], [4], 'int32'),
  );
  const sides = graph.slice(
    to,
    at('sides'),
    rows,
    [0],
    graph.constant(to, at('two'), [2], [1], 'int32'),
    [2],
  );
  const values = graph.cast(
    to,
    at('wide'),
    graph.reshapeBy(to, at('flat'), images, sides, ['n', 'p']),
    'float64',
  );

  const bins = binary(
    'Minimum',
    'bins',
    binary(
      'Maximum',
      'notBelow',
      graph.floatUnary(to, 'Floor', at('whole'), binary('Mul', 'scaled', values, number('bins/count', BINS))),
      number('bins/first', 0),
    ),
    number('bins/last', BINS - 1),
  );
  const pixels = graph.sideOf(to, at('pixels'), values, 1);
  const rank = binary('FloorDiv', 'rank', pixels, number('tail', Math.round(1 / TAIL), 'int32'));
  const ranked = (what: string, x: Tensor) => graph.orderStatistic(to, at(what), x, rank);
  const high = ranked('high', bins);
  const low = graph.floatUnary(
    to,
    'Neg',
    at('low'),
    ranked('lowest', graph.floatUnary(to, 'Neg', at('minus'), bins)),
  );

  const one = number('one', 1);
  const bound = (what: string, bin: Tensor, open: number, beyond: number) =>
    graph.select(
      to,
      at(`${what}/bound`),
      graph.compare(to, 'Equal', at(`${what}/open`), bin, number(`${what}/openAt`, open)),
      number(`${what}/beyond`, beyond),
      binary('RealDiv', `${what}/share`, bin, number(`${what}/bins`, BINS)),
    );
  const from = bound('from', low, 0, Number.NEGATIVE_INFINITY);
  const upTo = bound('upTo', binary('AddV2', 'next', high, one), BINS, Number.POSITIVE_INFINITY);
  const inside = graph.cast(
    to,
    at('inside'),
    graph.both(
      to,
      at('between'),
      graph.compare(to, 'GreaterEqual', at('above'), values, from),
      graph.compare(to, 'LessEqual', at('below'), values, upTo),
    ),
    'float64',
  );
  const total = (what: string, x: Tensor) => graph.sum(to, at(what), x, [1], true); // [n, 1]
  const count = binary('Maximum', 'counted', total('insideCount', inside), one);
  const kept = binary('Mul', 'kept', values, inside);
  const mean = binary('RealDiv', 'mean', total('sum', kept), count);
  const meanSquare = binary(
    'RealDiv',
    'meanSquare',
    total('squares', binary('Mul', 'square', kept, values)),
    count,
  );
  const variance = binary('Sub', 'variance', meanSquare, binary('Mul', 'squaredMean', mean, mean));
  const zero = number('zero', 0);
  const deviation = graph.floatUnary(to, 'Sqrt', at('deviation'), binary('Maximum', 'sound', variance, zero));
  const varies = graph.compare(to, 'Greater', at('varies'), deviation, number('least', LEAST_DEVIATION));
  const scale = graph.select(
    to,
    at('scale'),
    varies,
    binary('RealDiv', 'inverse', one, graph.select(to, at('divisor'), varies, deviation, one)),
    zero,
  );
  const normal = binary('Mul', 'normal', binary('Sub', 'centred', values, mean), scale);
  const cut = binary(
    'Minimum',
    'notAbove',
    binary('Maximum', 'cut', normal, number('furthestBelow', -FURTHEST)),
    number('furthest', FURTHEST),
  );
  return graph.reshapeBy(to, name, graph.cast(to, at('narrow'), cut, 'float32'), whole, images.shape);
}

/**
 * [n, h, w, 1] → [n, r, c, 1]: with `edge` pixels and up to `multiple` − 1 more of its mirror image around it, r and c
 * multiples of `multiple`.
 */
export function mirrorInGraph(
  to: Graph,
  name: string,
  images: Tensor,
  { edge, multiple }: { edge: number; multiple: number },
): Tensor {
  const mirrored = (x: Tensor, axis: number, what: string, side: string) => {
    const at = (part: string) => `${name}/${what}/${part}`;
    const number = (part: string, value: number) => graph.scalar(to, at(part), value, 'int32');
    const binary = (op: Parameters<typeof graph.arithmetic>[1], part: string, a: Tensor, b: Tensor) =>
      graph.arithmetic(to, op, at(part), a, b);
    const length = graph.sideOf(to, at('length'), images, axis);
    const steps = binary(
      'FloorDiv',
      'steps',
      binary('AddV2', 'rounded', length, number('over', 2 * edge + multiple - 1)),
      number('multiple', multiple),
    );
    const begin = number('begin', -edge);
    const end = binary('AddV2', 'end', binary('Mul', 'whole', steps, number('step', multiple)), begin);
    const places = graph.range(to, at('places'), begin, end, side);
    const one = number('one', 1);
    // A single pixel has no neighbour to mirror: its period is 1.
    const twice = binary('Mul', 'twice', binary('Sub', 'last', length, one), number('two', 2));
    const period = binary('Maximum', 'period', twice, one);
    const within = binary('FloorMod', 'within', places, period);
    const index = binary('Minimum', 'index', within, binary('Sub', 'back', period, within));
    return graph.gather(to, `${name}/${what}`, x, index, axis, [side]);
  };
  return mirrored(mirrored(images, 1, 'rows', 'r'), 2, 'columns', 'c');
}
