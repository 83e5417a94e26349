import type { RegionVisit } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { placeBefore, trailOf } from './trail.ts';

const visit = (x: number, userId = 'me'): RegionVisit => ({
  ...{ sectionId: 's', x, y: 0, width: 96, height: 96, userId, name: userId, color: '#ff0000' },
  ...{ since: '2026-03-10T12:00:00Z', here: false },
});
const place = (x: number) => ({ sectionId: 's', x, y: 0, width: 96, height: 96 });

describe('the trail of the places one was led to', () => {
  const visits = [visit(0), visit(96, 'ada'), visit(192), visit(288)];
  const trail = trailOf(visits, 'me', place(288));

  it('holds one’s own only, and the newest before the list has it', () => {
    expect(trail.map(({ x }) => x)).toEqual([0, 192, 288]);
    expect(trailOf(visits, 'me', place(384)).map(({ x }) => x)).toEqual([0, 192, 288, 384]);
    expect(trailOf(visits, 'me', null)).toHaveLength(3);
  });
  it('is gone back along to its beginning', () => {
    expect(placeBefore(trail, place(288))?.x).toBe(192);
    expect(placeBefore(trail, place(0))).toBeUndefined();
  });
  it('begins at its end for whoever is nowhere', () => {
    expect(placeBefore(trail, null)?.x).toBe(288);
    expect(placeBefore([], null)).toBeUndefined();
  });
});
