'use client';
/** Who is here: on this section bright, elsewhere dim; all of them by name and place in a list. A click follows, another ends it. */
import type { Presence, Section, Task } from '@cotrace/protocol';
import { ActionIcon, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { onePerPerson } from '../others/following.ts';
import type { Following } from '../others/useFollowing.ts';
import { useOthers } from '../usePresence.ts';
import { inkOn } from '../view/palette.ts';
import classes from './panels.module.css';

const WORDS = {
  everyone: 'Where everyone is',
  here: 'here',
  inProject: 'in the project, at no section',
  on: (section: string, task: string | undefined) =>
    task === undefined ? `on ${section}` : `on ${section}, ${task}`,
  follow: 'Click to follow',
  stop: 'Click to stop following',
  following: 'following',
} as const;

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
  task,
  tasks,
  sections,
  following,
}: {
  sectionId: string;
  task: Task;
  tasks: readonly Task[];
  sections: readonly Section[];
  following: Following;
}) {
  const people = onePerPerson(useOthers(sameWhereabouts), { sectionId });
  const where = (presence: Presence) => {
    const section = sections.find(({ id }) => id === presence.sectionId);
    const theirs = presence.taskId === task.id ? undefined : tasks.find(({ id }) => id === presence.taskId);
    if (section === undefined) return WORDS.inProject;
    if (section.id === sectionId && theirs === undefined) return WORDS.here;
    return WORDS.on(section.name, theirs?.name);
  };
  const isFollowed = (presence: Presence) => following.whom?.userId === presence.userId;
  const toggle = (presence: Presence) =>
    isFollowed(presence) ? following.stop() : following.follow(presence);
  if (people.length === 0) return null;
  return (
    <div className={classes.avatars}>
      {people.slice(0, MOST).map((presence) => {
        const sentence = `${presence.name}, ${where(presence)}`;
        return (
          <Tooltip
            key={presence.userId}
            label={`${sentence}. ${isFollowed(presence) ? WORDS.stop : WORDS.follow}`}
            events={{ hover: true, focus: true, touch: false }}
          >
            <UnstyledButton
              className={classes.avatar}
              aria-label={sentence}
              aria-pressed={isFollowed(presence)}
              data-away={presence.sectionId !== sectionId || undefined}
              data-followed={isFollowed(presence) || undefined}
              style={{ background: presence.color, color: inkOn(presence.color) }}
              onClick={() => toggle(presence)}
            >
              {initials(presence.name)}
            </UnstyledButton>
          </Tooltip>
        );
      })}
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Tooltip label={WORDS.everyone} events={{ hover: true, focus: true, touch: false }}>
            <ActionIcon size={28} className={classes.more!} aria-label={WORDS.everyone}>
              {people.length > MOST ? `+${people.length - MOST}` : <IconUsers size={16} stroke={1.7} />}
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown className={classes.everyone!}>
          {people.map((presence) => (
            <Menu.Item
              key={presence.userId}
              leftSection={<span className={classes.swatch} style={{ background: presence.color }} />}
              rightSection={isFollowed(presence) ? WORDS.following : undefined}
              onClick={() => toggle(presence)}
            >
              {presence.name}
              <span className={classes.whereabouts}>{where(presence)}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
