/** Whom one follows and what that asks of the page. Pure: presences in, the next move out. */
import type { Presence, SeenBox } from '@cotrace/protocol';

/** One tab of one person: another tab of theirs looks elsewhere. */
export interface Followed {
  readonly userId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly color: string;
}

export type Move =
  /** They are not here any more, or not heard of. */
  | { readonly kind: 'gone' }
  /** They are here, but look at no section. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'go'; readonly sectionId: string; readonly taskId: string | null }
  | { readonly kind: 'look'; readonly view: SeenBox }
  | { readonly kind: 'stay' };

/** `at`: what this page shows. A section that is not (or no longer) in the project is nowhere to go. */
export function nextMove(
  presence: Presence | undefined,
  at: { readonly sectionId: string; readonly taskId: string },
  isSection: (sectionId: string) => boolean,
): Move {
  if (presence === undefined) return { kind: 'gone' };
  const { sectionId, taskId, view } = presence;
  if (sectionId === null || !isSection(sectionId)) return { kind: 'elsewhere' };
  if (sectionId !== at.sectionId || (taskId !== null && taskId !== at.taskId))
    return { kind: 'go', sectionId, taskId };
  return view == null ? { kind: 'stay' } : { kind: 'look', view };
}

/** Of each person one presence: that on this section and task, else the first heard of. */
export function onePerPerson(
  presences: readonly Presence[],
  at: { readonly sectionId: string },
): readonly Presence[] {
  const people = new Map<string, Presence>();
  for (const one of presences) {
    const known = people.get(one.userId);
    const isBetter =
      known === undefined ||
      (one.sectionId === at.sectionId && known.sectionId !== at.sectionId) ||
      (one.sectionId !== null && known.sectionId === null);
    if (isBetter) people.set(one.userId, one);
  }
  return [...people.values()];
}
