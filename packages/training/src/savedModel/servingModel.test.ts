/** A saved model, run by others: through our own addon's loader, and by Python's where that is. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@cotrace/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../model.ts';
import { saveModelFolder } from '../modelFolder.ts';
import { createPredictor } from '../prediction.ts';
import type { LabelClass } from '../section.ts';
import { testEngine, tinyModel } from '../testing/tinyModel.ts';

const THREE: readonly LabelClass[] = [
  { value: 1, name: 'membrane', gray: 0 },
  { value: 2, name: 'vesicle', gray: 100 },
  { value: 3, name: 'cell', gray: 255 },
];

interface Picture {
  width: number;
  height: number;
  image: Float32Array;
}

/** Sines and a border that is black: both tails have something to cut. */
function picture(width: number, height: number): Picture {
  const image = Float32Array.from({ length: width * height }, (_, at) => {
    const x = at % width;
    if (x < width / 100) return 0;
    return 0.5 + 0.3 * Math.sin(x / 3) * Math.cos(Math.floor(at / width) / 5) + 0.2 * Math.sin(at * 12.9898);
  });
  return { width, height, image };
}

// The odd, the tiny (mirrored many times over), one pixel, and one large enough for its tails to hold many pixels.
const pictures: [string, Picture][] = [
  ['odd sides', picture(51, 38)],
  ['a size of the network', picture(64, 32)],
  ['hardly any rows', picture(40, 3)],
  ['one pixel', picture(1, 1)],
  ['a whole section', picture(300, 260)],
  ['one grey', { width: 20, height: 20, image: new Float32Array(400).fill(0.25) }],
  [
    'black and white',
    { width: 16, height: 16, image: Float32Array.from({ length: 256 }, (_, at) => at & 1) },
  ],
];

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let at = 0; at < a.length; at++) most = Math.max(most, Math.abs(a[at]! - b[at]!));
  return most;
};

let engine: Engine;
let folder: string;
const models = new Map<string, { folder: string; model: Model }>();
beforeAll(async () => {
  engine = await testEngine();
  folder = await mkdtemp(join(tmpdir(), 'cotrace-serving-'));
  for (const [name, options] of [
    ['two labels', { temperature: 1.7, seed: 3 }],
    ['three labels', { labels: THREE, temperature: 0.8, seed: 4 }],
  ] as const) {
    const model = await tinyModel(options);
    await saveModelFolder(join(folder, name), model);
    models.set(name, { folder: join(folder, name), model });
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** What the native package adds to tfjs. */
interface NativeTf {
  node: {
    loadSavedModel(
      path: string,
      tags: string[],
      signature: string,
    ): Promise<{
      predict(inputs: object): Record<string, ReturnType<Engine['tf']['tensor']>>;
      dispose(): void;
    }>;
  };
}

describe.each(['two labels', 'three labels'])('a saved model of %s', (name) => {
  const own = async ({ width, height, image }: Picture) => {
    const predictor = createPredictor(engine, models.get(name)!.model);
    const { probability } = await predictor.predict(
      { width, height, image },
      { turns: 1, uncertainty: false },
    );
    predictor.dispose();
    return probability;
  };

  it.each(pictures)('gives through the loader of the addon what Cotrace predicts: %s', async (_, given) => {
    if (engine.name !== 'tensorflow') return;
    const { tf } = engine;
    const { node } = tf as unknown as NativeTf;
    const loaded = await node.loadSavedModel(models.get(name)!.folder, ['serve'], 'serving_default');
    const { width, height, image } = given;
    const images = tf.tensor4d(image, [1, height, width, 1]);
    const { probability } = loaded.predict({ images });
    expect(probability!.shape).toEqual([1, height, width, name === 'two labels' ? 1 : 3]);
    expect(furthest(probability!.dataSync(), await own(given))).toBeLessThan(1e-5);
    tf.dispose([images, probability!]);
    loaded.dispose();
  });

  it("gives through Python's tf.saved_model.load what Cotrace predicts", { timeout: 120_000 }, async ({
    skip,
  }) => {
    const python = process.env.COTRACE_PYTHON ?? 'python3';
    const found = spawnSync(python, [
      '-c',
      'import importlib.util as u, sys; sys.exit(u.find_spec("tensorflow") is None)',
    ]);
    if (found.status !== 0) skip(`no TensorFlow in ${python}: name a Python that has it in COTRACE_PYTHON`);
    const given = picture(51, 38);
    const [input, output] = [join(folder, 'in.f32'), join(folder, 'out.f32')];
    // Two at once: each is standardised by itself.
    await writeFile(
      input,
      new Uint8Array(Float32Array.from([...given.image, ...given.image.map((v) => v / 2)]).buffer),
    );
    const run = spawn(python, ['-c', LOAD, models.get(name)!.folder, input, output, '38', '51'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    run.stderr.on('data', (text) => {
      said += text;
    });
    const [code] = await once(run, 'close');
    expect(code, said).toBe(0);
    const bytes = await readFile(output);
    const probability = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    );
    const half = probability.length / 2;
    expect(furthest(probability.subarray(0, half), await own(given))).toBeLessThan(1e-5);
    const darker = { ...given, image: given.image.map((value) => value / 2) };
    expect(furthest(probability.subarray(half), await own(darker))).toBeLessThan(1e-5);
  });
});

const LOAD = `
import sys
import numpy as np
import tensorflow as tf
folder, source, target, height, width = sys.argv[1:]
model = tf.saved_model.load(folder, tags=["serve"])
predict = model.signatures["serving_default"]
images = np.fromfile(source, np.float32).reshape(-1, int(height), int(width), 1)
probability = predict(images=tf.constant(images))["probability"].numpy()
assert probability.shape[:3] == images.shape[:3], probability.shape
probability.tofile(target)
# What Serving does: a session over the folder, tensors by the names of the signature.
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    loaded = tf.compat.v1.saved_model.load(session, ["serve"], folder)
    signature = loaded.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    again = session.run(signature.outputs["probability"].name, {signature.inputs["images"].name: images})
    assert np.abs(again - probability).max() < 1e-6
`;
