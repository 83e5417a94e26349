import { expect, test } from 'vitest';
import { learningRate } from './learningRate.ts';

const cosine = { shape: 'cosine', peak: 1e-3, warmUpSteps: 10 } as const;

test('rises at first, then follows the budget down to a hundredth', () => {
  expect(learningRate(cosine, { step: 0, fraction: 0 })).toBeCloseTo(1e-4, 8);
  expect(learningRate(cosine, { step: 9, fraction: 0 })).toBeCloseTo(1e-3, 8);
  expect(learningRate(cosine, { step: 100, fraction: 0.5 })).toBeCloseTo(0.505e-3, 8);
  expect(learningRate(cosine, { step: 200, fraction: 1 })).toBeCloseTo(1e-5, 8);
  expect(learningRate(cosine, { step: 200, fraction: 1.2 })).toBeCloseTo(1e-5, 8);
});

test('by the clock, few and many steps end alike', () => {
  const slow = learningRate(cosine, { step: 20, fraction: 0.99 });
  expect(learningRate(cosine, { step: 20_000, fraction: 0.99 })).toBe(slow);
});

test('constant stays', () => {
  const constant = { shape: 'constant', peak: 1e-4, warmUpSteps: 1 } as const;
  for (const fraction of [0, 0.4, 1]) expect(learningRate(constant, { step: 3, fraction })).toBe(1e-4);
});
