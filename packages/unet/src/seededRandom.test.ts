import { expect, it } from 'vitest';
import { fillDropoutFactors, mixSeed, truncatedNormal, uniformFrom } from './seededRandom.ts';

it('drops the share that was asked for and keeps the mean, otherwise for every seed', () => {
  for (const rate of [0.1, 0.5, 0.9]) {
    const factors = new Float32Array(100_000);
    fillDropoutFactors(factors, rate, 7);
    const kept = Math.fround(1 / (1 - rate));
    expect(factors.every((factor) => factor === 0 || factor === kept)).toBe(true);
    const dropped = factors.filter((factor) => factor === 0).length / factors.length;
    // Five deviations of a binomial.
    expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / factors.length));
    const again = new Float32Array(factors.length);
    fillDropoutFactors(again, rate, 7);
    expect(again).toEqual(factors);
    fillDropoutFactors(again, rate, 8);
    expect(again).not.toEqual(factors);
  }
});

it('fills a part of an array and leaves the rest', () => {
  const factors = new Float32Array(10).fill(5);
  fillDropoutFactors(factors.subarray(3, 7), 0, 1);
  expect([...factors]).toEqual([5, 5, 5, 1, 1, 1, 1, 5, 5, 5]);
});

it('is uniform and normal as promised', () => {
  const uniform = uniformFrom(mixSeed(1, 2));
  const draws = Array.from({ length: 20_000 }, uniform);
  expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true);
  expect(draws.reduce((sum, draw) => sum + draw, 0) / draws.length).toBeCloseTo(0.5, 1);
  const normal = truncatedNormal(20_000, 0.3, 4);
  const deviation = Math.sqrt(normal.reduce((sum, value) => sum + value * value, 0) / normal.length);
  expect(deviation).toBeCloseTo(0.3, 2);
});
