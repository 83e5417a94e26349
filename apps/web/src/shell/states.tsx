'use client';
/** What a page shows when there is nothing yet, nothing at all, or something went wrong. */
import { Button, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { isRemote, sentenceOf } from '../api/client.ts';
import classes from './states.module.css';

export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={classes.state}>
      <div className={classes.icon}>{icon}</div>
      <h2 className={classes.title}>{title}</h2>
      {children && <div className={classes.text}>{children}</div>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}

/** The server's sentence says what happened and what to do; the button is the one thing a page can do. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className={classes.state} role="alert">
      <div className={classes.icon} data-bad>
        <IconAlertTriangle size={28} stroke={1.5} />
      </div>
      <div className={classes.text}>{sentenceOf(error)}</div>
      <div className={classes.action}>
        {isRemote(error, 'NOT_FOUND', 'FORBIDDEN') ? (
          <Button component={Link} href="/projects" variant="default">
            To your projects
          </Button>
        ) : (
          onRetry && (
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          )
        )}
      </div>
    </div>
  );
}

/** An error beside what is still usable: in a form, above a table. */
export function ErrorLine({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <div className={classes.line} role="alert">
      <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
      <span>{sentenceOf(error)}</span>
    </div>
  );
}

/** The shape of a list that is on its way. */
export function LoadingRows({ rows = 5, height = 34 }: { rows?: number; height?: number }) {
  return (
    <Stack gap={6} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={row} height={height} radius="sm" />
      ))}
    </Stack>
  );
}
