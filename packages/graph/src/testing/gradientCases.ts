/** Operations with a gradient over small shapes: how they are emitted, and what tfjs calls them. */
import type { Engine } from '@cotrace/engine';
import type { Graph, Tensor } from '../graph.ts';
import * as op from '../operations.ts';

type Tf = Engine['tf'];
type EagerTensor = ReturnType<Tf['tensor']>;
type Eager4D = ReturnType<Tf['tensor4d']>;

export interface GradientCase {
  title: string;
  shapes: readonly (readonly number[])[];
  emit(graph: Graph, name: string, inputs: readonly Tensor[]): Tensor;
  reference(tf: Tf, inputs: readonly EagerTensor[]): EagerTensor;
  /** Distance between two input values, which are from + scale × (whole number + ½); finite differences go a quarter of it. */
  scale?: number;
  from?: number;
}

type Build = (shapes: readonly (readonly number[])[]) => GradientCase;
const over = (draws: readonly (readonly (readonly number[])[])[], build: Build): GradientCase[] =>
  draws.map(build);

const titled = (title: string, shapes: readonly (readonly number[])[]) =>
  `${title} of ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ')}`;

const images = [[[1, 4, 6, 2]], [[2, 2, 2, 3]], [[3, 6, 2, 1]]] as const;

const broadcasts = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[2, 3, 4], [4]],
  [[4], [2, 3, 4]],
  [
    [2, 1, 4],
    [2, 3, 1],
  ],
  [[3, 2], []],
] as const;

export const GRADIENT_CASES: readonly GradientCase[] = [
  ...over(
    [
      [
        [2, 5, 6, 2],
        [3, 3, 2, 4],
      ],
      [
        [1, 4, 3, 3],
        [1, 1, 3, 2],
      ],
      [
        [2, 4, 4, 1],
        [2, 2, 1, 3],
      ],
    ],
    (shapes) => ({
      title: titled('Conv2D', shapes),
      shapes,
      scale: 0.1,
      emit: (graph, name, [x, filter]) => op.conv2d(graph, name, x!, filter!),
      reference: (tf, [x, filter]) => tf.conv2d(x as Eager4D, filter as Eager4D, 1, 'same'),
    }),
  ),
  ...over(
    [
      [[2, 3, 2, 4], [4]],
      [[5, 3], [3]],
    ],
    (shapes) => ({
      title: titled('BiasAdd', shapes),
      shapes,
      emit: (graph, name, [x, bias]) => op.biasAdd(graph, name, x!, bias!),
      reference: (tf, [x, bias]) => tf.add(x!, bias!),
    }),
  ),
  ...over([[[3, 4]], [[2, 3, 2, 5]]], (shapes) => ({
    title: titled('Relu', shapes),
    shapes,
    emit: (graph, name, [x]) => op.unary(graph, 'Relu', name, x!),
    reference: (tf, [x]) => tf.relu(x!),
  })),
  ...over(images, (shapes) => ({
    title: titled('MaxPool', shapes),
    shapes,
    emit: (graph, name, [x]) => op.maxPool(graph, name, x!),
    reference: (tf, [x]) => tf.maxPool(x as Eager4D, 2, 2, 'valid'),
  })),
  ...over(images, (shapes) => ({
    title: titled('ResizeNearestNeighbor', shapes),
    shapes,
    emit: (graph, name, [x]) => op.upsample(graph, name, x!),
    reference: (tf, [x]) =>
      tf.image.resizeNearestNeighbor(x as Eager4D, [2 * x!.shape[1]!, 2 * x!.shape[2]!]),
  })),
  ...over(
    [
      [
        [2, 3, 2, 1],
        [2, 3, 2, 3],
      ],
      [
        [3, 4],
        [3, 2],
      ],
    ],
    (shapes) => ({
      title: titled('ConcatV2', shapes),
      shapes,
      emit: (graph, name, [a, b]) => op.concatChannels(graph, name, a!, b!),
      reference: (tf, [a, b]) => tf.concat([a!, b!], a!.rank - 1),
    }),
  ),
  ...over([[[2, 3, 4]], [[5]]], (shapes) => ({
    title: titled('Cast to bfloat16 and back', shapes),
    shapes,
    // Few bits, so that nothing is rounded.
    scale: 4,
    emit: (graph, name, [x]) =>
      op.cast(graph, name, op.cast(graph, `${name}/narrow`, x!, 'bfloat16'), 'float32'),
    reference: (tf, [x]) => tf.mul(x!, 1),
  })),
  ...over([[[2, 3, 4]], [[3, 3, 2, 2]]], (shapes) => ({
    title: titled('Sum', shapes),
    shapes,
    emit: (graph, name, [x]) => op.sum(graph, name, x!, [0, 1], true),
    reference: (tf, [x]) => tf.sum(x!, [0, 1], true),
  })),
  ...over([[[2, 3]], [[4, 1, 2]]], (shapes) => ({
    title: titled('Rsqrt', shapes),
    shapes,
    from: 2,
    scale: 0.1,
    emit: (graph, name, [x]) => op.unary(graph, 'Rsqrt', name, x!),
    reference: (tf, [x]) => tf.rsqrt(x!),
  })),
  ...(['AddV2', 'Sub', 'Mul'] as const).flatMap((kind) =>
    over(broadcasts, (shapes) => ({
      title: titled(kind, shapes),
      shapes,
      emit: (graph, name, [a, b]) => op.binary(graph, kind, name, a!, b!),
      reference: (tf, [a, b]) => ({ AddV2: tf.add, Sub: tf.sub, Mul: tf.mul })[kind](a!, b!),
    })),
  ),
  ...over([[[2, 3]], [[4]]], (shapes) => ({
    title: titled('a result in two ways, by Identity', shapes),
    shapes,
    emit: (graph, name, [x]) => {
      const same = op.after(graph, `${name}/same`, x!, []);
      return op.binary(graph, 'AddV2', name, op.binary(graph, 'Mul', `${name}/square`, same, same), x!);
    },
    reference: (tf, [x]) => tf.add(tf.square(x!), x!),
  })),
];
