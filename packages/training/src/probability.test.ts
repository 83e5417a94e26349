import { expect, test } from 'vitest';
import { applyTemperature, entropy, logit, toProbabilities } from './probability.ts';

test('one channel is a sigmoid, more a softmax', () => {
  expect([...toProbabilities(Float32Array.of(0, 2), 1)]).toEqual([
    expect.closeTo(0.5, 6),
    expect.closeTo(1 / (1 + Math.exp(-2)), 6),
  ]);
  const three = toProbabilities(Float32Array.of(1000, 1001, 999), 3);
  expect(three.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
  expect(three[1]! / three[0]!).toBeCloseTo(Math.E, 4);
});

test('a temperature divides the log-odds', () => {
  const p = Float32Array.of(0.9, 0.2, 0, 1);
  const warm = applyTemperature(p.slice(), 1, 2);
  expect(logit(warm[0]!)).toBeCloseTo(logit(0.9) / 2, 4);
  expect(logit(warm[1]!)).toBeCloseTo(logit(0.2) / 2, 4);
  expect([...warm].every((value) => value >= 0 && value <= 1)).toBe(true);
  const softmax = applyTemperature(Float32Array.of(0.1, 0.9), 2, 2);
  expect(softmax[1]! / softmax[0]!).toBeCloseTo(3, 4);
});

test('entropy is greatest where nothing is known', () => {
  const [even, sure] = entropy(Float32Array.of(0.5, 1), 1);
  expect(even).toBeCloseTo(Math.LN2, 6);
  expect(sure).toBe(0);
  expect(entropy(Float32Array.of(0.25, 0.25, 0.25, 0.25), 4)[0]).toBeCloseTo(Math.log(4), 6);
});
