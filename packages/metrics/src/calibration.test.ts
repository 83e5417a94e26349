import { hashUnit } from '@cotrace/tissue';
import { describe, expect, it } from 'vitest';
import { dice, expectedCalibrationError, fitTemperature } from './index.ts';

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

describe('Dice', () => {
  it('is twice the overlap over both sizes', () => {
    expect(dice([255, 255, 0, 0], [0.9, 0.2, 0.8, 0.1])).toBe(0.5);
  });
  it('is 1 for two empty sets', () => {
    expect(dice([0, 0], [0.1, 0.5])).toBe(1);
  });
  it('does not count unknown pixels', () => {
    expect(dice([1, 0, 0], [1, 1, 0], { known: [1, 0, 1] })).toBe(1);
  });
});

describe('expected calibration error', () => {
  it('is 0 where nine of ten come true at 0.9', () => {
    const p = new Float32Array(1000).fill(0.9);
    expect(
      expectedCalibrationError(
        p,
        Uint8Array.from(p, (_, at) => (at % 10 === 0 ? 0 : 1)),
      ),
    ).toBeCloseTo(0, 6);
  });
  it('is the gap, weighted by pixels', () => {
    expect(expectedCalibrationError([1, 1, 0, 0.5], [1, 0, 0, 1])).toBeCloseTo((1 + 0 + 0.5) / 4, 12);
    expect(expectedCalibrationError([1, 1, 0], [1, 0, 0], { known: [1, 0, 1] })).toBe(0);
  });
});

describe('temperature', () => {
  // Truths drawn from calibrated logits; what is fitted sees them `heat` times too bold.
  const pixels = Array.from({ length: 20_000 }, (_, at) => at);
  const calibrated = pixels.map((at) => 6 * (hashUnit(1, at) - 0.5));
  const truth = Uint8Array.from(pixels, (at) => (hashUnit(2, at) < sigmoid(calibrated[at]!) ? 1 : 0));

  it.each([0.5, 1, 3])('is found again: %d', (heat) => {
    const logits = Float32Array.from(calibrated, (logit) => logit * heat);
    const found = fitTemperature(logits, truth);
    expect(found / heat).toBeGreaterThan(0.95);
    expect(found / heat).toBeLessThan(1.05);
    const before = expectedCalibrationError(logits.map(sigmoid), truth);
    const after = expectedCalibrationError(
      logits.map((logit) => sigmoid(logit / found)),
      truth,
    );
    expect(after).toBeLessThanOrEqual(before + 0.005);
  });
  it('is the same for one channel and for its two-channel softmax', () => {
    const one = Float32Array.from(calibrated, (logit) => 2 * logit);
    const two = Float32Array.from({ length: 2 * one.length }, (_, i) => (i % 2 === 1 ? one[i >> 1]! : 0));
    expect(fitTemperature(two, truth, { channels: 2 })).toBeCloseTo(fitTemperature(one, truth), 3);
  });
  it('stays finite where the model is always right, and is 1 where nothing is known', () => {
    expect(fitTemperature(Float32Array.of(4, -4), Uint8Array.of(1, 0))).toBeCloseTo(0.05, 3);
    expect(fitTemperature(Float32Array.of(4), Uint8Array.of(1), { known: [0] })).toBe(1);
  });
});
