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
import { presetOf } from '../presets.ts';
import { mirrorInGraph, standardiseInGraph } from './preparedGraph.ts';

/** The signature that TensorFlow Serving takes unless told otherwise. */
export const SERVING_SIGNATURE = 'serving_default';

/**
 * `saved_model.pb` with the tag `serve` and one signature, `serving_default`: images [n, h, w, 1], float32 from 0 to 1 →
 * probability [n, h, w, c]; c = 1 for two labels (of the one with the greater grey), else one a label in ascending grey.
 * It is what `Predictor.predict` gives for one turn of an image that needs no tiles. h and w are any, but for a model of
 * the course's preset, whose network is shown squares of one side: there both are that.
 * @throws UnetError MODEL_ARCHITECTURE, CONFIG_INVALID
 */
export function servingModelBytes(model: Model): Uint8Array {
  const to = graph.createGraph();
  const { input } = presetOf(model.recipe, model.labels.length);
  const [height, width] = typeof input === 'object' ? [input.side, input.side] : ['h', 'w'];
  const images = graph.placeholder(to, 'images', ['n', height, width, 1]);
  const logits =
    typeof input === 'object' ? emitFrozenLogits(to, model.state, images) : wholeSection(to, model, images);
  const temperature = graph.scalar(to, 'temperature', model.temperature);
  const cooled = graph.arithmetic(to, 'RealDiv', 'cooled', logits, temperature);
  const probability =
    logits.shape[3] === 1
      ? graph.unary(to, 'Sigmoid', 'probability', cooled)
      : graph.floatUnary(to, 'Softmax', 'probability', cooled);
  const signature = { inputs: { images }, outputs: { probability } };
  return graph.savedModelBytes(to, { [SERVING_SIGNATURE]: signature }, GRAPH_VERSIONS);
}

/** Logits of sections of any size: standardised, with some mirror image around them that is cut off again. */
function wholeSection(to: graph.Graph, model: Model, images: graph.Tensor): graph.Tensor {
  const multiple = 2 ** model.network.depth;
  const edge = mirroredEdge(multiple);
  const standard = standardiseInGraph(to, 'standard', images);
  const framed = mirrorInGraph(to, 'framed', standard, { edge, multiple });
  const logits = emitFrozenLogits(to, model.state, framed);
  const channels = logits.shape[3] as number;
  const four = (name: string, values: number[]) => graph.constant(to, name, values, [4], 'int32');
  const sides = graph.shapeOf(to, 'cut/shape', images);
  const three = graph.arithmetic(to, 'Mul', 'cut/sides', sides, four('cut/three', [1, 1, 1, 0]));
  const size = graph.arithmetic(to, 'AddV2', 'cut/size', three, four('cut/channels', [0, 0, 0, channels]));
  return graph.slice(to, 'cut', logits, [0, edge, edge, 0], size, ['n', 'h', 'w', channels]);
}
