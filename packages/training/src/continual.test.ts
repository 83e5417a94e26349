/**
 * A retrain in small: a network knows sections of one microscope, then somebody paints one spot in a section of another.
 * Compared by steps, on sections that nobody painted. With COTRACE_LONG=1 over more seeds.
 */
import { createUnet } from '@cotrace/unet';
import { expect, test } from 'vitest';
import { heldOutLoss } from './heldOutLoss.ts';
import type { Model } from './model.ts';
import { DEFAULT_RECIPE } from './recipe.ts';
import { MEMBRANE_LABELS, type Section } from './section.ts';
import { testEngine } from './testing/tinyModel.ts';
import { outOfFocus, partlyLabelled, tissueSections } from './testing/tissueSections.ts';
import { train } from './train.ts';
import { prepareTrainingSet } from './trainingSet.ts';

const SEEDS = process.env.COTRACE_LONG === '1' ? [1, 2, 3, 4] : [2];
const recipe = { ...DEFAULT_RECIPE, base: 8, depth: 3, tile: 64, batch: 4, budgetSeconds: null };
const side = 128;

async function trained(sections: Section[], steps: number, seed: number, startFrom?: Model): Promise<Model> {
  const { model } = await train({
    ...{ engine: await testEngine(), labels: MEMBRANE_LABELS, sections, heldOut: [], seed, startFrom },
    ...{ recipe: { ...recipe, steps }, precision: 'float32' },
  });
  return model;
}

/** Nats. */
async function lossOn(section: Section, { network, state }: Model): Promise<number> {
  const unet = createUnet(await testEngine(), network, { seed: 1, precision: 'float32' });
  unet.importState(state, 'weights');
  const set = prepareTrainingSet({ sections: [section], labels: MEMBRANE_LABELS, balance: 0.5, seed: 1 });
  const loss = await heldOutLoss(set, { tile: side, batch: 4, seed: 3 })(unet);
  unet.dispose();
  return loss;
}

/** Losses on an unseen section of the old kind and of the new, by how the network came to be. */
async function compare(seed: number) {
  const old = tissueSections({ seed: 40 + seed, side, count: 5 });
  const other = tissueSections({ seed: 60 + seed, side, count: 5 }).map((section) =>
    outOfFocus(section, seed),
  );
  const known = old.slice(0, 3);
  const spot = partlyLabelled(other[0]!, (x, y) => (x - 40) ** 2 + (y - 40) ** 2 < 18 ** 2);
  const sections = [...known, spot];
  const live = await trained(known, 200, seed);
  const told = sections.map((section) => ({
    ...section,
    earlierLabels: section === spot ? new Uint8Array(side * side) : section.labels!,
  }));
  const models = {
    live,
    cold: await trained(sections, 30, seed),
    alike: await trained(sections, 30, seed, live),
    retrained: await trained(told, 30, seed, live),
  };
  const losses = {} as Record<keyof typeof models, { old: number; new: number }>;
  for (const [name, model] of Object.entries(models) as [keyof typeof models, Model][]) {
    losses[name] = { old: await lossOn(old[4]!, model), new: await lossOn(other[4]!, model) };
  }
  return losses;
}

test('30 steps from the live weights, half of them at the new paint, learn the new and keep the old', async () => {
  const runs: Awaited<ReturnType<typeof compare>>[] = [];
  for (const seed of SEEDS) runs.push(await compare(seed));
  const mean = (name: keyof (typeof runs)[number], kind: 'old' | 'new') =>
    runs.reduce((sum, losses) => sum + losses[name][kind], 0) / runs.length;
  for (const name of ['live', 'cold', 'alike', 'retrained'] as const) {
    console.log(
      `${name}: loss ${mean(name, 'new').toFixed(3)} on the new, ${mean(name, 'old').toFixed(3)} on the old`,
    );
  }
  expect(mean('retrained', 'new')).toBeLessThan(0.8 * mean('cold', 'new'));
  expect(mean('retrained', 'new')).toBeLessThan(0.95 * mean('live', 'new'));
  expect(mean('retrained', 'new')).toBeLessThan(0.95 * mean('alike', 'new'));
  expect(mean('retrained', 'old')).toBeLessThan(1.1 * mean('live', 'old'));
}, 400_000);
