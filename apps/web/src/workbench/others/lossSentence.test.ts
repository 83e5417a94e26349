import { describe, expect, it } from 'vitest';
import { lossesOf, lossSentence } from './lossSentence.ts';

const authors: Record<string, { userId: string; name: string }> = {
  a1: { userId: 'ada', name: 'Ada' },
  a2: { userId: 'ada', name: 'Ada' },
  b1: { userId: 'ben', name: 'Ben' },
  c1: { userId: 'cleo', name: 'Cleo' },
};
const authorOf = (sessionId: string) =>
  authors[sessionId] && { ...authors[sessionId], color: '#ff0000', isMe: false };
const told = (losses: Record<string, number>) => {
  const all = lossesOf(new Map(Object.entries(losses)), authorOf);
  return all && lossSentence(all).replaceAll('\u00a0', ' ');
};

describe('what was painted over, in a sentence', () => {
  it('names people, not sessions', () => {
    expect(told({ a1: 300, a2: 12 })).toBe('312 of your pixels were painted over by Ada');
    expect(told({ a1: 1 })).toBe('1 of your pixels was painted over by Ada');
    expect(told({ a1: 1000, b1: 1200 })).toBe('2 200 of your pixels were painted over by Ben and Ada');
    expect(told({ a1: 10, b1: 20, c1: 5 })).toBe('35 of your pixels were painted over by Ben and 2 others');
    expect(told({ unknown: 7 })).toBe('7 of your pixels were painted over by somebody');
  });
  it('is none when nothing is', () => expect(told({})).toBeUndefined());
});
