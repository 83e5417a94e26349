'use client';
/** Who is here: on this section bright, elsewhere in the project dim. A click goes to where they are. */

import type { Presence, Section } from '@cotrace/protocol';
import { Tooltip, UnstyledButton } from '@mantine/core';
import { useOthers } from '../usePresence.ts';
import { inkOn } from '../view/palette.ts';
import classes from './panels.module.css';

const MOST = 6;

/** Pointers move all the time; who is where does not. */
const sameWhereabouts = (a: Presence, b: Presence) =>
  a.sessionId === b.sessionId && a.sectionId === b.sectionId && a.taskId === b.taskId && a.name === b.name;

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();

export function Avatars({
  sectionId,
  sections,
  onFollow,
}: {
  sectionId: string;
  sections: readonly Section[];
  onFollow: (presence: Presence) => void;
}) {
  const others = useOthers(sameWhereabouts);
  // Two tabs of one person are one avatar; the tab on this section counts.
  const people = new Map<string, Presence>();
  for (const one of others)
    if (one.sectionId === sectionId || !people.has(one.userId)) people.set(one.userId, one);
  const shown = [...people.values()].slice(0, MOST);
  const where = (presence: Presence) => {
    if (presence.sectionId === sectionId) return 'here';
    const section = sections.find(({ id }) => id === presence.sectionId);
    return section === undefined ? 'in this project' : `on ${section.name}`;
  };
  return (
    <div className={classes.avatars}>
      {shown.map((presence) => (
        <Tooltip key={presence.userId} label={`${presence.name}, ${where(presence)}`}>
          <UnstyledButton
            className={classes.avatar}
            aria-label={`${presence.name}, ${where(presence)}`}
            data-away={presence.sectionId !== sectionId || undefined}
            style={{ background: presence.color, color: inkOn(presence.color) }}
            onClick={() => onFollow(presence)}
          >
            {initials(presence.name)}
          </UnstyledButton>
        </Tooltip>
      ))}
      {people.size > MOST && <span className={classes.more}>+{people.size - MOST}</span>}
    </div>
  );
}
