/** The whole way from labelled sections to a score, on tissue that the product draws itself. */
import { scoreStack } from '@cotrace/metrics';
import { expect, test } from 'vitest';
import { createPredictor } from './prediction.ts';
import { DEFAULT_RECIPE } from './recipe.ts';
import { scoreModel } from './scoring.ts';
import { MEMBRANE_LABELS } from './section.ts';
import { testEngine } from './testing/tinyModel.ts';
import { tissueSections } from './testing/tissueSections.ts';
import { train } from './train.ts';

const recipe = { ...DEFAULT_RECIPE, base: 8, depth: 3, tile: 96, batch: 4, steps: 80, budgetSeconds: null };

test('a short training beats the grey values themselves on a section it never saw', async () => {
  const engine = await testEngine();
  const drawn = tissueSections({ seed: 20, side: 256, count: 10 });
  // A gap between both: neighbours resemble one another.
  const heldOut = drawn.slice(9);
  const { model } = await train({
    engine,
    labels: MEMBRANE_LABELS,
    sections: drawn.slice(0, 4),
    heldOut,
    recipe,
    seed: 1,
  });
  const predictor = createPredictor(engine, model);
  const score = await scoreModel(predictor, MEMBRANE_LABELS, heldOut);
  predictor.dispose();

  const truth = heldOut.map(({ width, height, labels }) => ({
    width,
    height,
    labels: labels!.map((value) => (value === 2 ? 1 : 0)),
  }));
  const trivial = scoreStack(
    truth,
    heldOut.map(({ image, width }) => blurred(image, width)),
  );
  console.log(
    `V_Rand ${score!.vRand!.toFixed(3)} (grey values ${trivial.vRand.toFixed(3)}), ` +
      `pixel error ${score!.pixelError!.toFixed(3)} (${trivial.pixelError.toFixed(3)}), ECE ${score!.ece!.toFixed(3)}`,
  );
  expect(score!.vRand).toBeGreaterThan(trivial.vRand + 0.01);
  expect(score!.pixelError).toBeLessThan(trivial.pixelError - 0.005);
  expect(score!.ece).toBeLessThan(0.15);
}, 120_000);

/** Mean over 3 × 3 pixels; borders as they are. */
function blurred(image: Float32Array, width: number): Float32Array {
  return image.map((value, at) => {
    let sum = 0;
    for (const row of [-width, 0, width]) {
      for (const column of [-1, 0, 1]) sum += image[at + row + column] ?? value;
    }
    return sum / 9;
  });
}
