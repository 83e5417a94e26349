/** A saved model through the loader of the addon, which knows nothing of Cotrace. Python's: tests/contract. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@cotrace/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Model } from '../model.ts';
import { saveModelFolder } from '../modelFolder.ts';
import { createPredictor, type Predictor } from '../prediction.ts';
import type { LabelClass } from '../section.ts';
import { TINY_RECIPE, testEngine, tinyModel } from '../testing/tinyModel.ts';

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

const NAMES = ['two labels', 'three labels', 'the course'];

let engine: Engine;
let folder: string;
const models = new Map<string, { folder: string; model: Model }>();
beforeAll(async () => {
  engine = await testEngine();
  folder = await mkdtemp(join(tmpdir(), 'cotrace-serving-'));
  for (const [name, options] of [
    ['two labels', { temperature: 1.7, seed: 3 }],
    ['three labels', { labels: THREE, temperature: 0.8, seed: 4 }],
    ['the course', { temperature: 1.2, seed: 5, recipe: { ...TINY_RECIPE, preset: 'course' } }],
  ] as const) {
    const model = await tinyModel(options);
    await saveModelFolder(join(folder, name), model);
    models.set(name, { folder: join(folder, name), model });
  }
});
afterAll(async () => {
  for (const predictor of predictors.values()) predictor.dispose();
  await rm(folder, { recursive: true });
});

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

/** What Cotrace predicts, by one network a model: each takes its time to open. */
const predictors = new Map<string, Predictor>();
const own = async (name: string, { width, height, image }: Picture) => {
  const predictor = predictors.get(name) ?? createPredictor(engine, models.get(name)!.model);
  predictors.set(name, predictor);
  const { probability } = await predictor.predict({ width, height, image }, { turns: 1, uncertainty: false });
  return probability;
};

const { tile } = TINY_RECIPE;
/** The course's network is shown squares of the tile's side. */
const picturesOf = (name: string) =>
  name === 'the course' ? [['its square', picture(tile, tile)] as const] : pictures;

it.each(NAMES)(
  'the addon runs a saved model of %s to what Cotrace predicts',
  { timeout: 60_000 },
  async (name) => {
    if (engine.name !== 'tensorflow') return;
    const { tf } = engine;
    const { node } = tf as unknown as NativeTf;
    const loaded = await node.loadSavedModel(models.get(name)!.folder, ['serve'], 'serving_default');
    for (const [title, given] of picturesOf(name)) {
      const { width, height, image } = given;
      const images = tf.tensor4d(image, [1, height, width, 1]);
      const { probability } = loaded.predict({ images });
      expect(probability!.shape).toEqual([1, height, width, name === 'three labels' ? 3 : 1]);
      expect(furthest(probability!.dataSync(), await own(name, given)), title).toBeLessThan(1e-5);
      tf.dispose([images, probability!]);
    }
    loaded.dispose();
  },
);
