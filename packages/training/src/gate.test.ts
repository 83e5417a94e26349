import { expect, test } from 'vitest';
import { judge, type Score } from './gate.ts';

const score = (fields: Partial<Score>): Score => ({
  sections: 2,
  vRand: null,
  vInfo: null,
  pixelError: null,
  dice: null,
  ece: null,
  ...fields,
});

test.each([
  ['nothing to judge by', null, null, true, 'unjudged'],
  ['a live model that cannot be compared', null, score({ vRand: 0.9 }), true, 'unjudged'],
  ['the first model', score({ vRand: 0.8, dice: 0.7 }), null, true, 'first model: V_Rand 0.8000'],
  ['a better one', score({ vRand: 0.9 }), score({ vRand: 0.8 }), true, 'better'],
  ['a worse one', score({ vRand: 0.8 }), score({ vRand: 0.9 }), false, 'Not better'],
  ['a tie', score({ vRand: 0.8 }), score({ vRand: 0.8 }), true, 'as good'],
  ['V_Rand before Dice', score({ vRand: 0.9, dice: 0.1 }), score({ vRand: 0.8, dice: 0.9 }), true, 'V_Rand'],
  ['strokes only', score({ dice: 0.6 }), score({ dice: 0.7 }), false, 'Dice 0.6000 against 0.7000'],
  ['no measure at all', score({}), score({}), true, 'no measure'],
])('%s', (_, candidate, live, beatsLive, words) => {
  const judgement = judge(candidate, live);
  expect(judgement.beatsLive).toBe(beatsLive);
  expect(judgement.verdict).toContain(words);
  expect(judgement.verdict).toMatch(/^[A-Z].*\.$/);
});
