import { createUnet } from '@cotrace/unet';
import { expect, test } from 'vitest';
import { fitModelTemperature } from './calibration.ts';
import { heldOutLoss } from './heldOutLoss.ts';
import { averagedProbability } from './prediction.ts';
import { applyTemperature } from './probability.ts';
import { MEMBRANE_LABELS } from './section.ts';
import { seededRandom } from './seededRandom.ts';
import { testEngine, tinyModel } from './testing/tinyModel.ts';
import { stripes } from './testing/tissueSections.ts';
import { prepareTrainingSet } from './trainingSet.ts';

const labels = MEMBRANE_LABELS;
const section = stripes({ width: 48, height: 40 });

async function tinyUnet() {
  const { network, state } = await tinyModel({ seed: 4 });
  const unet = createUnet(await testEngine(), network, { seed: 0 });
  // An untrained network says little; louder, fewer pixels tell its temperature.
  const out = state.parameters.find(({ name }) => name === 'out/filter')!;
  out.values = out.values.map((value) => 8 * value);
  unet.importState(state, 'weights');
  return unet;
}

test('the temperature makes probabilities come true: labels drawn from them warmed by 2 are fitted with 2', async () => {
  const unet = await tinyUnet();
  const warmed = applyTemperature(await averagedProbability(unet, section, { turns: 8 }), 1, 2);
  const random = seededRandom(3);
  const drawn = () => ({ ...section, labels: Uint8Array.from(warmed, (p) => (random.unit() < p ? 2 : 1)) });
  const temperature = await fitModelTemperature(unet, {
    heldOut: [drawn(), drawn(), drawn(), drawn()],
    labels,
  });
  unet.dispose();
  expect(temperature).toBeGreaterThan(1.7);
  expect(temperature).toBeLessThan(2.4);
});

test('without held-out labels it is 1', async () => {
  const unet = await tinyUnet();
  expect(await fitModelTemperature(unet, { heldOut: [], labels })).toBe(1);
  expect(await fitModelTemperature(unet, { heldOut: [{ ...section, labels: null }], labels })).toBe(1);
  unet.dispose();
});

test('the held-out loss is the same at every call, and that of a coin for a network that says nothing', async () => {
  const unet = await tinyUnet();
  const set = prepareTrainingSet({ sections: [section], labels, balance: 0.5, seed: 1 });
  const measure = heldOutLoss(set, { tile: 32, batch: 2, seed: 1 });
  expect(await measure(unet)).toBe(await measure(unet));
  const state = await unet.exportState();
  for (const { values } of state.parameters) values.fill(0);
  unet.importState(state, 'weights');
  expect(await measure(unet)).toBeCloseTo(Math.LN2, 5);
  unet.dispose();
});
