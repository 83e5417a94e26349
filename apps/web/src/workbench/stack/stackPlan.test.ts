import { describe, expect, it } from 'vitest';
import { gapAround, neighbourOf, placesBetween } from './stackPlan.ts';

/** One letter a section: L labelled, . not, W not and wider. */
const stack = (letters: string) =>
  [...letters].map((letter, index) => ({
    ...{ id: `${index}`, index, name: `${index}.png`, width: letter === 'W' ? 20 : 10, height: 10 },
    masks: [
      { taskId: 'other', labelledPixels: 9 },
      { taskId: 'task', labelledPixels: letter === 'L' ? 50 : 0 },
    ],
  }));
const gap = (letters: string, at: number) => {
  const found = gapAround(stack(letters), `${at}`, 'task');
  return typeof found === 'string' ? found : [found.from.index, found.to.index, found.between.length];
};

describe('the gap between labelled sections', () => {
  it('is the one that an unlabelled section lies in', () => {
    expect(gap('L...L', 2)).toEqual([0, 4, 3]);
    expect(gap('L.L..L', 4)).toEqual([2, 5, 2]);
  });

  it('begins at a labelled section, or else ends there', () => {
    expect(gap('L..L.L', 3)).toEqual([3, 5, 1]);
    expect(gap('L..LL', 3)).toEqual([0, 3, 2]);
    expect(gap('L..L', 3)).toEqual([0, 3, 2]);
  });

  it('is not there without two labelled sections around something to fill, and says why', () => {
    expect(gap('.L..', 0)).toBe('alone');
    expect(gap('L.L.', 3)).toBe('noneAfter');
    expect(gap('.L.L', 0)).toBe('noneBefore');
    expect(gap('LL', 0)).toBe('neighbours');
    expect(gap('L.W.L', 1)).toBe('sizes');
    expect(gap('L.L', 7)).toBe('alone');
  });

  it('is divided by the places in the stack', () => {
    const all = stack('L...L').filter(({ index }) => index !== 2);
    const found = gapAround(all, '1', 'task');
    expect(typeof found === 'object' && placesBetween(found)).toEqual([0.25, 0.75]);
    expect(neighbourOf(all, '1', 1)?.index).toBe(3);
    expect(neighbourOf(all, '0', -1)).toBeUndefined();
  });
});
