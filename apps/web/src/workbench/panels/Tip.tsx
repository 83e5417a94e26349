'use client';
/** A name and its key, shown beside what has no room for words. */
import { Kbd, Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { type Action, keyCaps } from '../tools/shortcuts.ts';
import { useKeyOf } from '../useKeymap.ts';
import classes from './panels.module.css';

export const isMac = (): boolean => typeof navigator !== 'undefined' && /mac/i.test(navigator.platform);

export function Keys({ of }: { of: string }) {
  return (
    <span className={classes.keys}>
      {keyCaps(of, isMac()).map((cap) => (
        <Kbd key={cap} size="xs">
          {cap}
        </Kbd>
      ))}
    </span>
  );
}

/** The key that an action has; nothing when it has none. */
export function ActionKeys({ of }: { of: Action }) {
  const key = useKeyOf(of);
  return key === undefined ? null : <Keys of={key} />;
}

export function Tip({
  label,
  action,
  position = 'bottom',
  children,
}: {
  label: string;
  action?: Action;
  position?: 'bottom' | 'right' | 'left' | 'top';
  children: ReactElement;
}) {
  return (
    <Tooltip
      position={position}
      // By the keyboard, too: some of what is said here is said nowhere else.
      events={{ hover: true, focus: true, touch: false }}
      label={
        <span className={classes.tip}>
          {label}
          {action && <ActionKeys of={action} />}
        </span>
      }
    >
      {children}
    </Tooltip>
  );
}
