/** Which uncertain region a person is led to next. Pure: sees candidates and visits, knows no database. */
import type { RegionCandidate, RegionVisitRow } from './jobStore.ts';

const placeOf = ({ sectionId, x, y }: { sectionId: string; x: number; y: number }) =>
  `${sectionId} ${x} ${y}`;

/**
 * Left out: what I was led to before, and what somebody else holds. Then, in this order: places that nobody has been to;
 * the score, divided by one more than the visits to that section, so that several people spread over the stack and
 * one person is not kept in the section whose every edge is uncertain.
 */
export function chooseRegion(
  candidates: readonly RegionCandidate[],
  visits: readonly RegionVisitRow[],
  me: string,
  now: Date,
): { region: RegionCandidate | undefined; remaining: number } {
  const closed = new Set<string>();
  const seen = new Set<string>();
  const visitsOfSection = new Map<string, number>();
  for (const visit of visits) {
    const isHeld = visit.visitedAt === null && visit.leasedUntil > now;
    if (visit.userId === me || isHeld) closed.add(placeOf(visit));
    if (visit.visitedAt !== null) seen.add(placeOf(visit));
    visitsOfSection.set(visit.sectionId, (visitsOfSection.get(visit.sectionId) ?? 0) + 1);
  }
  const worth = (region: RegionCandidate) =>
    region.score / (1 + (visitsOfSection.get(region.sectionId) ?? 0));
  const open = candidates.filter((region) => !closed.has(placeOf(region)));
  const [region] = [...open].sort(
    (a, b) => Number(seen.has(placeOf(a))) - Number(seen.has(placeOf(b))) || worth(b) - worth(a),
  );
  return { region, remaining: Math.max(0, open.length - 1) };
}
