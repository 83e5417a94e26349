import { describe, expect, it } from 'vitest';
import { askedSentence } from './sentences.ts';

describe('what is said when no uncertain place is left', () => {
  it('is how uncertain the rest is at most', () => {
    expect(askedSentence({ kind: 'noneLeft', held: 0, most: 0.2149 })).toBe(
      'Nothing more uncertain than 0.21 nats here: every place that the model asked about has been visited.',
    );
  });
  it('claims no number without a map, and does not call places visited that others are at', () => {
    const said = askedSentence({ kind: 'noneLeft', held: 2, most: null });
    expect(said).toMatch(/^No uncertain places are left: .*, but 2 where others are now\.$/);
    expect(said).not.toMatch(/nats/);
  });
});
