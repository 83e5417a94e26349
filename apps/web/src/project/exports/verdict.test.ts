import { describe, expect, it } from 'vitest';
import { verdictSentence } from './verdict.ts';

const rules = (...passed: (boolean | null)[]) =>
  passed.map((one, at) => ({ rule: `r${at}`, passed: one, sentence: '' }));

describe('a verdict in one sentence', () => {
  it.each([
    [[true, true], 'keeps all 2 rules'],
    [[true, null], 'keeps its one rule, 1 not checked'],
    [[true, false, null], 'breaks 1 of 2 rules, 1 not checked'],
    [[null], 'not checked'],
    [[], 'not checked'],
  ] as const)('%j: %s', (passed, sentence) => expect(verdictSentence(rules(...passed))).toBe(sentence));
});
