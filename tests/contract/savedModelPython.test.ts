/** The folder of a model in the hands of Python's TensorFlow: its loader, and a session, which is what Serving opens. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createPredictor, decodeModel, encodeModel, saveModelFolder } from '@cotrace/training';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../apps/cli/src/testing/temporaryFolder.ts';
import { TINY_RECIPE, testEngine, tinyModel } from '../../packages/training/src/testing/tinyModel.ts';
import { NO_PEER_PYTHON, peerPython } from '../support/peerPython.ts';

const python = process.env.COTRACE_PEERS_PYTHON ?? peerPython();
const { tile } = TINY_RECIPE;
const TABLE = [0, 100, 255].map((gray, at) => ({ value: at + 1, name: `label ${gray}`, gray }));

const cases = [
  ['two labels', { temperature: 1.7, seed: 3 }, { width: 51, height: 38 }],
  ['three labels', { temperature: 0.8, seed: 4, labels: TABLE }, { width: 51, height: 38 }],
  ['the course', { seed: 5, recipe: { ...TINY_RECIPE, preset: 'course' } }, { width: tile, height: tile }],
] as const;

it.skipIf(!python).each(cases)(
  'a saved model of %s gives in Python what Cotrace predicts',
  { timeout: 120_000 },
  async (_, options, { width, height }) => {
    using folder = temporaryFolder();
    const model = await tinyModel(options);
    const saved = folder.file('model');
    await saveModelFolder(saved, model);
    const image = Float32Array.from({ length: width * height }, (_, at) => 0.5 + 0.4 * Math.sin(at * 0.37));
    // Two at once, one of them darker: each is standardised by itself.
    const darker = image.map((value) => value / 2);
    const [input, output] = [folder.file('in.f32'), folder.file('out.f32')];
    writeFileSync(input, new Uint8Array(Float32Array.from([...image, ...darker]).buffer));
    const words = ['-c', LOAD, saved, input, output, `${height}`, `${width}`];
    const { status, stderr } = spawnSync(python!, words, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);

    const bytes = readFileSync(output);
    const found = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const predictor = createPredictor(await testEngine(), decodeModel(encodeModel(model)));
    const own: number[] = [];
    for (const shown of [image, darker]) {
      const section = { width, height, image: shown };
      own.push(...(await predictor.predict(section, { turns: 1, uncertainty: false })).probability);
    }
    predictor.dispose();
    expect(found.length).toBe(own.length);
    expect(found.reduce((most, value, at) => Math.max(most, Math.abs(value - own[at]!)), 0)).toBeLessThan(
      1e-5,
    );
  },
);

it.skipIf(python)(`is left out: ${NO_PEER_PYTHON}`, ({ skip }) => skip(NO_PEER_PYTHON));

const LOAD = `
import sys
import numpy as np
import tensorflow as tf
folder, source, target, height, width = sys.argv[1:]
model = tf.saved_model.load(folder, tags=["serve"])
predict = model.signatures["serving_default"]
images = np.fromfile(source, np.float32).reshape(2, int(height), int(width), 1)
probability = predict(images=tf.constant(images))["probability"].numpy()
assert probability.shape[:3] == images.shape[:3], probability.shape
probability.tofile(target)
# What Serving does: a session over the folder, tensors by the names of the signature.
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    loaded = tf.compat.v1.saved_model.load(session, ["serve"], folder)
    signature = loaded.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    names = signature.outputs["probability"].name, signature.inputs["images"].name
    again = session.run(names[0], {names[1]: images})
    assert np.abs(again - probability).max() < 1e-6
`;
