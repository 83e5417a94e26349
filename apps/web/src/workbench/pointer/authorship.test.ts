import { describe, expect, it } from 'vitest';
import { authorshipSentence, paintedAtOf } from './authorship.ts';

const now = new Date(2026, 2, 10, 15, 0);
const at = new Date(2026, 2, 10, 14, 2).toISOString();
const ada = { userId: 'u1', name: 'Ada', color: '#ff0000', isMe: false };

describe('who painted a pixel, in a sentence', () => {
  const known = { kind: 'known', at } as const;
  it('names the person and the time', () => {
    expect(authorshipSentence({ label: 2, author: ada, paintedAt: known }, now)).toBe(
      'Painted by Ada, 14:02',
    );
    expect(authorshipSentence({ label: 0, author: { ...ada, isMe: true }, paintedAt: known }, now)).toBe(
      'Erased by you, 14:02',
    );
  });
  it('says what came with an import, and where nobody painted', () => {
    const server = { userId: null, name: 'the server', color: null, isMe: false };
    expect(authorshipSentence({ label: 1, author: server, paintedAt: known }, now)).toBe(
      'Came with an import, 14:02',
    );
    expect(authorshipSentence(undefined)).toBe('Nobody has painted here');
  });
  it('says no time before it is known, and none that is not true', () => {
    const told = (kind: 'asking' | 'notSaved') =>
      authorshipSentence({ label: 1, author: ada, paintedAt: { kind } }, now);
    expect(told('asking')).toBe('Painted by Ada');
    expect(told('notSaved')).toBe('Painted by Ada, not saved yet');
  });
});

describe('when the stroke that shows was committed', () => {
  const strokes = [
    { sessionId: 'a', lamport: 9, paintedAt: 'later' },
    { sessionId: 'b', lamport: 4, paintedAt: 'earlier' },
  ];
  it('is the time of the stroke with its stamp, whatever the server has above it', () => {
    expect(paintedAtOf(strokes, { sessionId: 'b', lamport: 4 })).toEqual({ kind: 'known', at: 'earlier' });
  });
  it('is not yet, for a stamp that the server does not know', () => {
    expect(paintedAtOf(strokes, { sessionId: 'b', lamport: 10 })).toEqual({ kind: 'notSaved' });
  });
});
