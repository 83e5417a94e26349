/** The places one was led to, in order, to go back along. Pure. */
import type { RegionVisit } from '@cotrace/protocol';

export type Place = Pick<RegionVisit, 'sectionId' | 'x' | 'y' | 'width' | 'height'>;

export const isSamePlace = (a: Place, b: Place): boolean =>
  a.sectionId === b.sectionId && a.x === b.x && a.y === b.y;

/** One's own places, the earliest first; `current` is the last, also before the server's list has it. */
export function trailOf(visits: readonly RegionVisit[], userId: string, current: Place | null): Place[] {
  const mine: Place[] = visits.filter((visit) => visit.userId === userId);
  return current === null || mine.some((place) => isSamePlace(place, current)) ? mine : [...mine, current];
}

/** The place before the one where one is; the last when one is at none. Undefined: there is none. */
export function placeBefore(trail: readonly Place[], at: Place | null): Place | undefined {
  const here = at === null ? trail.length : trail.findIndex((place) => isSamePlace(place, at));
  return trail[here - 1];
}
