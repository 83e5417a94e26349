'use client';
/** What to do first, for whoever has just started the product and sees only the demo. Put away for good by a click. */
import type { Project } from '@cotrace/protocol';
import { ActionIcon, Kbd } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import Link from 'next/link';
import classes from './FirstRunHint.module.css';

export function FirstRunHint({ projects }: { projects: readonly Project[] }) {
  const [putAway, setPutAway] = useLocalStorage({ key: 'cotrace.firstRunHint', defaultValue: false });
  const demo = projects.length === 1 && projects[0]!.name.startsWith('Demo') ? projects[0] : undefined;
  if (!demo || putAway) return null;
  return (
    <aside className={classes.hint} aria-label="What to do first">
      <ol className={classes.steps}>
        <li>
          <Link href={`/projects/${demo.id}`}>Open the demo</Link> and a section of it: <Kbd size="xs">b</Kbd>{' '}
          paints, <Kbd size="xs">1</Kbd> and <Kbd size="xs">2</Kbd> choose the label.
        </li>
        <li>
          Invite somebody, or open the same section in a second browser:{' '}
          <Link href={`/projects/${demo.id}?tab=people`}>People</Link>.
        </li>
        <li>
          After a few strokes a model trains by itself; <Kbd size="xs">n</Kbd> then leads to where it is least
          sure.
        </li>
      </ol>
      <ActionIcon aria-label="Put this hint away" onClick={() => setPutAway(true)}>
        <IconX size={15} />
      </ActionIcon>
    </aside>
  );
}
