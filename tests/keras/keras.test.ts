/**
 * Ours beside the real Keras, where a Python with it is set up: its weights answer as they do there, and a step of ours
 * ends in the weights that a step of Keras ends in.
 */
import { loadEngine } from '@cotrace/engine';
import { loadKerasModel } from '@cotrace/training';
import { createUnet, encodeState } from '@cotrace/unet';
import { describe, expect, test } from 'vitest';
import { NO_PEER_PYTHON, peerPython } from '../support/peerPython.ts';
import { runKeras } from './kerasRun.ts';

const python = peerPython();
const live = python === undefined ? describe.skip : describe;

live(python === undefined ? NO_PEER_PYTHON : 'beside Keras', () => {
  // Python's start alone takes seconds.
  test.each(process.env.COTRACE_LONG ? [2, 3] : [2])(
    'with %d classes: same answers, and one step later the same weights',
    async (classes) => {
      using keras = runKeras(python!, { base: 4, depth: 4, classes, side: 32 });
      const model = await loadKerasModel(keras.path('course.weights.h5'));
      for (const name of ['course.h5', 'weights-only.h5']) {
        const legacy = await loadKerasModel(keras.path(name));
        expect(encodeState(legacy.state), name).toEqual(encodeState(model.state));
      }
      const { side, input, targets, output } = keras;

      const config = { ...model.network, dropout: 0 };
      const unet = createUnet(await loadEngine('auto'), config, { seed: 0, precision: 'float32' });
      unet.importState(model.state, 'weights');
      const logits = await unet.predictLogits(input, { n: 2, height: side, width: side });
      expect(furthest(probabilities(logits, classes), output)).toBeLessThan(1e-5);
      const weights = new Float32Array(targets.length).fill(1);
      const loss = await unet.trainStep(
        { n: 2, height: side, width: side, images: input, targets, weights },
        1e-4,
      );
      const ours = await unet.exportState();
      unet.dispose();
      expect(loss).toBeCloseTo(keras.loss, 5);
      const after = await loadKerasModel(keras.path('after.weights.h5'));
      let moved = 0;
      for (const [at, { name, values }] of ours.parameters.entries()) {
        const theirs = after.state.parameters[at]!.values;
        moved = Math.max(moved, furthest(values, model.state.parameters[at]!.values));
        // Adam's first step is the rate times the sign of the gradient, whatever its size: rounding decides where that is
        // all but zero.
        const apart = values.filter((value, i) => Math.abs(value - theirs[i]!) > 1e-6).length;
        expect(apart / values.length, name).toBeLessThan(0.01);
      }
      expect(moved).toBeCloseTo(1e-4, 6);
    },
    120_000,
  );
});

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

/** Sigmoid for two classes, else softmax over the channels of each pixel. */
function probabilities(logits: Float32Array, classes: number): Float32Array {
  if (classes === 2) return logits.map((z) => 1 / (1 + Math.exp(-z)));
  return logits.map((z, at) => {
    const pixel = logits.subarray(at - (at % classes), at - (at % classes) + classes);
    return Math.exp(z) / pixel.reduce((sum, other) => sum + Math.exp(other), 0);
  });
}
