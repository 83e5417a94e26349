/** A small untrained model on the engine of this machine, for tests of everything around training. */
import { type Engine, loadEngine } from '@cotrace/engine';
import { createUnet } from '@cotrace/unet';
import type { Model } from '../model.ts';
import { presetOf } from '../presets.ts';
import { DEFAULT_RECIPE, type Recipe } from '../recipe.ts';
import { type LabelClass, MEMBRANE_LABELS } from '../section.ts';

export const TINY_RECIPE: Recipe = {
  ...DEFAULT_RECIPE,
  base: 4,
  depth: 2,
  tile: 32,
  batch: 2,
  steps: 6,
  budgetSeconds: null,
};

let engine: Promise<Engine> | undefined;

/** One a process: tfjs must not be loaded twice. */
export function testEngine(): Promise<Engine> {
  engine ??= loadEngine('auto');
  return engine;
}

export async function tinyModel(
  options: { labels?: readonly LabelClass[]; seed?: number; temperature?: number; recipe?: Recipe } = {},
): Promise<Model> {
  const { labels = MEMBRANE_LABELS, seed = 1, temperature = 1, recipe = TINY_RECIPE } = options;
  const { network } = presetOf(recipe, labels.length);
  const unet = createUnet(await testEngine(), network, { seed });
  const state = await unet.exportState();
  unet.dispose();
  return {
    labels: [...labels],
    recipe,
    network,
    temperature,
    training: { seed, steps: 0, seconds: 0, finalLoss: null, labelledPixels: 0, engine: 'none' },
    state,
  };
}
