import type { Presence } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { nextMove, onePerPerson } from './following.ts';

const view = { x: 0, y: 0, width: 100, height: 80 };
const ada = (more: Partial<Presence> = {}): Presence => ({
  ...{ userId: 'ada', sessionId: 'tab', name: 'Ada', color: '#ff0000', sectionId: 's1', taskId: 't1' },
  ...{ x: 1, y: 1, view },
  ...more,
});
const at = { sectionId: 's1', taskId: 't1' };
const isSection = (id: string) => id.startsWith('s');

describe('following somebody', () => {
  it('looks where they look', () => {
    expect(nextMove(ada(), at, isSection)).toEqual({ kind: 'look', view });
    expect(nextMove(ada({ view: null }), at, isSection)).toEqual({ kind: 'stay' });
    expect(nextMove(ada({ view: undefined }), at, isSection)).toEqual({ kind: 'stay' });
  });
  it('goes to their section and task', () => {
    expect(nextMove(ada({ sectionId: 's2' }), at, isSection)).toEqual({
      ...{ kind: 'go', sectionId: 's2', taskId: 't1' },
    });
    expect(nextMove(ada({ taskId: 't2' }), at, isSection)).toMatchObject({ kind: 'go', taskId: 't2' });
  });
  it('waits while they are at no section, or at one that is not here', () => {
    expect(nextMove(ada({ sectionId: null }), at, isSection)).toEqual({ kind: 'elsewhere' });
    expect(nextMove(ada({ sectionId: 'deleted' }), at, isSection)).toEqual({ kind: 'elsewhere' });
  });
  it('ends when they have gone', () => expect(nextMove(undefined, at, isSection)).toEqual({ kind: 'gone' }));
});

describe('who is here', () => {
  it('is each person once: where they are on this section, else anywhere', () => {
    const all = [
      ada({ sessionId: 'list', sectionId: null }),
      ada({ sessionId: 'far', sectionId: 's2' }),
      ada({ sessionId: 'near' }),
      ada({ userId: 'ben', sessionId: 'list', sectionId: null }),
      ada({ userId: 'ben', sessionId: 'far', sectionId: 's3' }),
    ];
    expect(onePerPerson(all, at).map(({ userId, sessionId }) => [userId, sessionId])).toEqual([
      ['ada', 'near'],
      ['ben', 'far'],
    ]);
  });
});
