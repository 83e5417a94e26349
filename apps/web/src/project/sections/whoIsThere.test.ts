import type { Presence } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { sameVisitors, whoIsThere } from './whoIsThere.ts';

const at = (userId: string, sectionId: string | null, sessionId = userId): Presence => ({
  userId,
  sessionId,
  name: userId.toUpperCase(),
  color: '#aabbcc',
  sectionId,
  taskId: 't',
  x: 1,
  y: 1,
});

describe('who is at a section', () => {
  it('is everybody whose pointer is there, once, by name', () => {
    const all = [
      at('eve', 's1'),
      at('ada', 's1'),
      at('ada', 's1', 'second tab'),
      at('ben', 's2'),
      at('kim', null),
    ];
    expect(whoIsThere(all, 's1').map(({ name }) => name)).toEqual(['ADA', 'EVE']);
  });
  it('does not change while pointers only move', () => {
    const before = whoIsThere([at('ada', 's1')], 's1');
    expect(sameVisitors(before, whoIsThere([{ ...at('ada', 's1'), x: 99 }], 's1'))).toBe(true);
    expect(sameVisitors(before, [])).toBe(false);
  });
});
