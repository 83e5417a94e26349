import { expect, it } from 'vitest';
import { stintsOf } from './stints.ts';

const recipe = { preset: 'default', base: 16, depth: 4, tile: 256, batch: 4, budgetSeconds: 600 } as const;
const retrain = { isRetrain: true, isJudged: true };

it.each(['threshold', 'requested'] as const)(
  'a retrain that is awaited (%s) has two early looks',
  (reason) => {
    expect(stintsOf({ reason, recipe }, retrain)).toEqual([120, 180, 300]);
  },
);

it.each([
  ['at night', { reason: 'nightly' }, {}],
  ['that goes on after an early map', { reason: 'continued' }, {}],
  ['by the recipe of the course', { recipe: { ...recipe, preset: 'course' } }, {}],
  ['of few seconds', { recipe: { ...recipe, budgetSeconds: 90 } }, {}],
  ['from new weights', {}, { isRetrain: false }],
  ['that nothing is held out for', {}, { isJudged: false }],
] as const)('a run %s has none', (_, job, options) => {
  const asked = { reason: 'requested', recipe, ...job } as const;
  expect(stintsOf(asked, { ...retrain, ...options })).toEqual([asked.recipe.budgetSeconds]);
});
