'use client';
/** Places of this section that somebody was led to: ticked where they were, named where they are. Seen with the uncertainty. */
import type { RegionVisit } from '@cotrace/protocol';
import { type CSSProperties, memo } from 'react';
import { useMe, useVisits } from '../../api/queries.ts';
import { useStore } from '../hooks.ts';
import type { SettingsStore } from '../settings.ts';
import { inkOn } from '../view/palette.ts';
import { isSamePlace, type Place } from './trail.ts';
import classes from './VisitedMarks.module.css';

const WORDS = { here: (name: string) => `${name} is here`, kept: 'Kept for you' } as const;

export const VisitedMarks = memo(function VisitedMarks({
  taskId,
  sectionId,
  current,
  settings,
}: {
  taskId: string;
  sectionId: string;
  /** Framed already. */
  current: Place | null;
  settings: SettingsStore;
}) {
  const visits = useVisits(taskId).data;
  const me = useMe().data?.userId;
  const isSeen = useStore(settings, ({ layers, comparing }) => layers.uncertainty.visible && !comparing);
  if (!isSeen || visits === undefined) return null;
  return visits
    .filter((visit) => visit.sectionId === sectionId && (current === null || !isSamePlace(visit, current)))
    .map((visit) => (
      <Mark key={`${visit.x} ${visit.y} ${visit.userId}`} visit={visit} isMine={visit.userId === me} />
    ));
});

function Mark({ visit, isMine }: { visit: RegionVisit; isMine: boolean }) {
  const { x, y, width, height, name, color, here } = visit;
  const place = { '--x': x, '--y': y, '--w': width, '--h': height, '--person': color } as CSSProperties;
  return (
    <div className={classes.mark} data-here={here || undefined} data-testid="visited" style={place}>
      {here ? (
        <span className={classes.name} style={{ background: color, color: inkOn(color) }}>
          {isMine ? WORDS.kept : WORDS.here(name)}
        </span>
      ) : (
        <svg className={classes.tick} viewBox="0 0 12 12" aria-hidden="true">
          <path d="M2.5 6.5l2.5 2.5 4.5-5.5" fill="none" />
        </svg>
      )}
    </div>
  );
}
