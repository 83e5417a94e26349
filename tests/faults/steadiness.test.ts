import { describe, expect, it } from 'vitest';
import { seededRandom } from './painting.ts';
import { steadinessOf } from './steadiness.ts';

const MB = 1024 * 1024;

/** Memory of a room that is folded every 15 s, with some noise, sampled every 5 s. */
function samples(options: { minutes: number; leakAMinute?: number; outliers?: boolean }) {
  const random = seededRandom(7);
  return Array.from({ length: options.minutes * 12 }, (_, i) => {
    const at = i / 12;
    const teeth = 6 * MB * ((at * 4) % 1);
    const outlier = options.outliers && i % 9 === 0 ? 20 * MB * random() : 0;
    const leaked = (options.leakAMinute ?? 0) * at;
    return { at, value: 50 * MB + teeth + 0.3 * MB * random() + outlier + leaked };
  });
}

describe('memory that goes up and down', () => {
  it.for([{ minutes: 2 }, { minutes: 10 }, { minutes: 60 }, { minutes: 10, outliers: true }])(
    'is steady: %o',
    (options) => {
      expect(steadinessOf(samples(options))).toMatchObject({ isSteady: true });
    },
  );

  it.for([
    { minutes: 2, leakAMinute: 6 * MB },
    { minutes: 10, leakAMinute: 0.6 * MB },
    { minutes: 60, leakAMinute: 0.05 * MB },
    { minutes: 10, leakAMinute: 1 * MB, outliers: true },
  ])('and grows all the while is not: %o', (options) => {
    const { isSteady, growth } = steadinessOf(samples(options));
    expect(isSteady).toBe(false);
    expect(growth / MB / options.minutes / (options.leakAMinute / MB)).toBeGreaterThan(0.6);
  });

  it('of too few values nothing is said', () => {
    expect(() => steadinessOf(samples({ minutes: 1 }).slice(0, 9))).toThrow('At least ten values');
  });
});
