/** Who is at which section now. One person with two tabs is one mark. Pure. */
import type { Presence } from '@cotrace/protocol';

export type Visitor = Pick<Presence, 'userId' | 'name' | 'color'>;

export function whoIsThere(presences: readonly Presence[], sectionId: string): Visitor[] {
  const here = new Map<string, Visitor>();
  for (const { userId, name, color, sectionId: at } of presences)
    if (at === sectionId) here.set(userId, { userId, name, color });
  return [...here.values()].sort((a, b) => a.name.localeCompare(b.name));
}

export const sameVisitors = (a: readonly Visitor[], b: readonly Visitor[]): boolean =>
  a.length === b.length &&
  a.every(
    (one, at) => one.userId === b[at]!.userId && one.name === b[at]!.name && one.color === b[at]!.color,
  );
