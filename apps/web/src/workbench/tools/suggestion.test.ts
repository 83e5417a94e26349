import { describe, expect, it } from 'vitest';
import { certainLabels } from './suggestion.ts';

const map = (bytes: number[]) => ({ width: bytes.length, height: 1, values: Uint8Array.from(bytes) });

describe('the suggestion of a model', () => {
  it('of two labels is the more probable one, where it is as certain as asked', () => {
    const two = { ...map([0, 10, 25, 128, 230, 245, 255]), entropies: undefined, labels: [7, 3] };
    const at = certainLabels(two, 0.95);
    expect([0, 1, 2, 3, 4, 5, 6].map((x) => at(x, 0))).toEqual([7, 7, 0, 0, 0, 3, 3]);
    const either = certainLabels(two, 0.5);
    expect([0, 1, 2, 3, 4, 5, 6].map((x) => either(x, 0))).toEqual([7, 7, 7, 3, 3, 3, 3]);
    expect([at(-1, 0), at(7, 0), at(0, 1)]).toEqual([0, 0, 0]);
  });

  it('of more labels never takes one that is less probable than asked', () => {
    const labels = [1, 2, 3];
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 2000; round++) {
      // Anything from a guess to certainty.
      const weights = labels.map(() => random() ** (1 + 12 * random()));
      const sum = weights.reduce((a, b) => a + b);
      const shares = weights.map((weight) => weight / sum);
      const entropy = -shares.reduce((total, p) => total + p * Math.log(Math.max(p, 1e-12)), 0);
      const winner = labels[shares.indexOf(Math.max(...shares))]!;
      const pixel = {
        ...map([winner]),
        // As the map is written: rounded.
        entropies: Uint8Array.of(Math.ceil((255 * entropy) / Math.log(3))),
        labels,
      };
      const certainty = 0.5 + random() / 2;
      const taken = certainLabels(pixel, certainty)(0, 0);
      if (taken === 0) continue;
      expect(taken).toBe(winner);
      expect(Math.max(...shares)).toBeGreaterThanOrEqual(certainty);
    }
    // And it does take what is certain beyond doubt; a label that is gone from the table it does not.
    const sure = { ...map([2, 9]), entropies: Uint8Array.of(0, 0), labels };
    expect([certainLabels(sure, 0.99)(0, 0), certainLabels(sure, 0.99)(1, 0)]).toEqual([2, 0]);
  });
});
