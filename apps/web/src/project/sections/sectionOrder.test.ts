import type { Section } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { labelledFraction, uncertainFraction } from './labelledFraction.ts';
import { inOrder } from './sectionOrder.ts';

const section = (index: number, labelledPixels: number, meanUncertainty: number | null): Section => ({
  id: `s${index}`,
  index,
  name: `${index}.png`,
  width: 10,
  height: 10,
  bitDepth: 8,
  heldOut: false,
  imageUrl: '',
  originalUrl: '',
  thumbnailUrl: '',
  tileUrl: '',
  masks: [{ id: `m${index}`, taskId: 't', epoch: 0, labelledPixels, meanUncertainty }],
});
const stack = [section(0, 50, 0.1), section(1, 0, null), section(2, 0, 0.3), section(3, 100, 0.2)];
const indexes = (sections: Section[]) => sections.map(({ index }) => index);

describe('the contact sheet', () => {
  it('has an order', () => {
    expect(indexes(inOrder(stack, 'stack', 't'))).toEqual([0, 1, 2, 3]);
    expect(indexes(inOrder(stack, 'uncertain', 't'))).toEqual([2, 3, 0, 1]);
    expect(indexes(inOrder(stack, 'unlabelled', 't'))).toEqual([1, 2, 0, 3]);
  });
  it('knows how much is labelled, and how unsure a model is', () => {
    expect(labelledFraction(stack, 't')).toBe(150 / 400);
    expect(labelledFraction([], 't')).toBe(0);
    expect(labelledFraction(stack, 'another task')).toBe(0);
    const two = [1, 2].map((value) => ({ value, name: `${value}`, color: '#000000', gray: value }));
    expect(uncertainFraction(Math.log(2), two)).toBe(1);
  });
});
