/**
 * A trained model as a SavedModel that any TensorFlow runs: sections in, probabilities out, everything between inside.
 *
 * Its weights are constants of the graph, and there is no `variables/` beside it. With variables, `tf.saved_model.load`
 * needs either the object graph of Keras or the session loader's collections and a saver to restore them; constants load
 * alike in Python (both loaders), in TensorFlow Serving and through our own addon, which restores nothing without a saver
 * either, need no second file, and let the loader fold the standardised filters into plain ones.
 */
import * as graph from '@cotrace/graph';
import { emitFrozenLogits, GRAPH_VERSIONS } from '@cotrace/unet';
import type { Model } from '../model.ts';
import { mirroredEdge } from '../prediction.ts';
import { mirrorInGraph, standardiseInGraph } from './preparedGraph.ts';

/** The signature that TensorFlow Serving takes unless told otherwise. */
export const SERVING_SIGNATURE = 'serving_default';

/**
 * `saved_model.pb` with the tag `serve` and one signature, `serving_default`: images [n, h, w, 1], float32 from 0 to 1,
 * any h and w → probability [n, h, w, c]; c = 1 for two labels (of the one with the greater grey), else one a label in
 * ascending grey. What `Predictor.predict` gives for one turn of an image that needs no tiles.
 * @throws UnetError MODEL_ARCHITECTURE, CONFIG_INVALID
 */
export function servingModelBytes(model: Model): Uint8Array {
  const to = graph.createGraph();
  const multiple = 2 ** model.network.depth;
  const edge = mirroredEdge(multiple);
  const images = graph.placeholder(to, 'images', ['n', 'h', 'w', 1]);
  const standard = standardiseInGraph(to, 'standard', images);
  const framed = mirrorInGraph(to, 'framed', standard, { edge, multiple });
  const logits = emitFrozenLogits(to, model.state, framed);
  const channels = logits.shape[3] as number;

  const four = (name: string, values: number[]) => graph.constant(to, name, values, [4], 'int32');
  const size = graph.arithmetic(
    to,
    'AddV2',
    'cut/size',
    graph.arithmetic(
      to,
      'Mul',
      'cut/sides',
      graph.shapeOf(to, 'cut/shape', images),
      four('cut/three', [1, 1, 1, 0]),
    ),
    four('cut/channels', [0, 0, 0, channels]),
  );
  const cut = graph.slice(to, 'cut', logits, [0, edge, edge, 0], size, ['n', 'h', 'w', channels]);
  const cooled = graph.arithmetic(
    to,
    'RealDiv',
    'cooled',
    cut,
    graph.scalar(to, 'temperature', model.temperature),
  );
  const probability =
    channels === 1
      ? graph.unary(to, 'Sigmoid', 'probability', cooled)
      : graph.floatUnary(to, 'Softmax', 'probability', cooled);
  return graph.savedModelBytes(
    to,
    { [SERVING_SIGNATURE]: { inputs: { images }, outputs: { probability } } },
    GRAPH_VERSIONS,
  );
}
