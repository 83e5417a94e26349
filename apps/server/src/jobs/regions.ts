/** Which uncertain region a person is led to next. Pure: sees candidates and visits, knows no database. */
import type { RegionCandidate, RegionChoice, RegionVisitRow } from './jobStore.ts';

const placeOf = ({ sectionId, x, y }: { sectionId: string; x: number; y: number }) =>
  `${sectionId} ${x} ${y}`;

/**
 * Left out: what somebody holds, and what anybody has been to: no place is looked at twice for one model. A lease that ran out
 * before its holder went on gives the place back to others, not to the one who was there. Of the rest the greatest score
 * wins, divided by one more than the visits to that section, so that several people spread over the stack and one person is
 * not kept in the section whose every edge is uncertain.
 */
export function chooseRegion(
  candidates: readonly RegionCandidate[],
  visits: readonly RegionVisitRow[],
  me: string,
  now: Date,
): RegionChoice {
  const held = new Set<string>();
  const seen = new Set<string>();
  const visitsOfSection = new Map<string, number>();
  for (const visit of visits) {
    const isHeld = visit.visitedAt === null && visit.leasedUntil > now;
    if (visit.userId === me || visit.visitedAt !== null) seen.add(placeOf(visit));
    else if (isHeld) held.add(placeOf(visit));
    visitsOfSection.set(visit.sectionId, (visitsOfSection.get(visit.sectionId) ?? 0) + 1);
  }
  const worth = (region: RegionCandidate) =>
    region.score / (1 + (visitsOfSection.get(region.sectionId) ?? 0));
  const unseen = candidates.filter((region) => !seen.has(placeOf(region)));
  const open = unseen.filter((region) => !held.has(placeOf(region)));
  const [region] = [...open].sort((a, b) => worth(b) - worth(a));
  return { region, remaining: Math.max(0, open.length - 1), held: unseen.length - open.length };
}
