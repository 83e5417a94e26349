import { describe, expect, it } from 'vitest';
import type { EarlierStrokes } from '../session/kept/adopter.ts';
import { somePlace } from '../session/testing/somePlace.ts';
import { earlierLines, earlierWords, signedOutSentences } from './earlierSentence.ts';

const earlier = (
  state: EarlierStrokes['state'],
  count: number,
  place: Parameters<typeof somePlace>[0] = {},
  code?: string,
): EarlierStrokes => ({
  state,
  place: somePlace(place),
  strokes: Array.from({ length: count }, (_, i) => ({
    strokeId: i + 1,
    records: [],
    undone: false,
    ...(code === undefined ? {} : { refusal: { code, message: 'as the server said it' } }),
  })),
});

describe('what earlier tabs left', () => {
  it('is one line for each state and person, however many masks', () => {
    const ben = { userId: 'ben', userName: 'Ben' };
    const lines = earlierLines([
      earlier('waiting', 2),
      earlier('waiting', 1, { maskId: 'other', sectionName: '7.png' }),
      earlier('foreign', 3, ben),
    ]);
    expect(lines.map(({ sentence }) => sentence)).toEqual([
      '3 strokes of an earlier tab are kept on this device and wait for the server.',
      '3 strokes of Ben are kept on this device: sign in as Ben to send them, or download them.',
    ]);
    expect(lines[0]?.where).toBe('0.png, Membrane · 7.png, Membrane');
  });

  it('is refused for a reason in words, and for two reasons in two lines', () => {
    const lines = earlierLines([
      earlier('refused', 1, {}, 'NOT_FOUND'),
      earlier('refused', 1, { maskId: 'other' }, 'SOMETHING_NEW'),
    ]);
    expect(lines[0]?.sentence).toContain('The mask is gone');
    expect(lines[1]?.sentence).toContain('as the server said it');
  });

  it('adds the most pressing thing to the state line, and nothing when there is nothing', () => {
    expect(earlierWords([])).toBe('');
    expect(earlierWords(earlierLines([earlier('sending', 1)]))).toBe('sending 1 stroke of an earlier tab');
    const both = [earlier('sending', 1), earlier('refused', 2, {}, 'NOT_FOUND')];
    expect(earlierWords(earlierLines(both))).toBe('2 strokes of an earlier tab refused');
  });

  it('never says of what waits that it is sent', () => {
    expect(earlierWords(earlierLines([earlier('waiting', 2)]))).toBe('2 strokes of an earlier tab kept');
  });

  it('names nothing but the person where nobody is signed in', () => {
    const [sentence] = signedOutSentences([earlier('foreign', 1)]);
    expect(sentence).toBe('1 stroke of Ada is kept on this device, to be sent when Ada signs in.');
  });
});
