/**
 * What the default recipe reaches on real membranes: ten minutes on sections 0–14, scored on 15–19. For the night, and
 * only where the sections are at hand.
 */
import { scoreStack } from '@cotrace/metrics';
import { expect, test } from 'vitest';
import { realMembraneFolder } from '../../../tests/support/realSections.ts';
import { readCourseFolder } from './courseFolder.ts';
import { createPredictor } from './prediction.ts';
import { DEFAULT_RECIPE } from './recipe.ts';
import { MEMBRANE_LABELS } from './section.ts';
import { testEngine } from './testing/tinyModel.ts';
import { train } from './train.ts';

const folder = realMembraneFolder();
const long = process.env.COTRACE_LONG === '1';

test.runIf(folder !== undefined && long)(
  'ten minutes of the default recipe reach a V_Rand of 0.93 with eight turns',
  async () => {
    const engine = await testEngine();
    const labels = MEMBRANE_LABELS;
    const { model, steps, seconds } = await train({
      engine,
      labels,
      sections: await readCourseFolder(folder!, { sections: '0-14', labels }),
      heldOut: [],
      recipe: DEFAULT_RECIPE,
      seed: 1,
    });
    const heldOut = await readCourseFolder(folder!, { sections: '15-19', labels });
    const predictor = createPredictor(engine, model);
    const maps: Float32Array[] = [];
    for (const section of heldOut) {
      maps.push((await predictor.predict(section, { turns: 8, uncertainty: false })).probability);
    }
    predictor.dispose();
    const { vRand, vInfo, pixelError } = scoreStack(
      heldOut.map((section) => ({
        ...section,
        labels: section.labels!.map((value) => (value === 2 ? 1 : 0)),
      })),
      maps,
    );
    console.log(
      `${steps} steps in ${seconds.toFixed(0)} s: V_Rand ${vRand}, V_Info ${vInfo}, pixel error ${pixelError}`,
    );
    expect(vRand).toBeGreaterThanOrEqual(0.93);
  },
  1_200_000,
);
