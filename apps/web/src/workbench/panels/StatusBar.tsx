'use client';
/** Where the pointer is, what lies under it, how far one has zoomed, and which engine trains. */

import type { Section, Task } from '@cotrace/protocol';
import { memo } from 'react';
import { useHealth } from '../../api/queries.ts';
import { useStore } from '../hooks.ts';
import type { MaskSession } from '../session/maskSession.ts';
import type { Store } from '../store.ts';
import type { Sight } from '../useStage.ts';
import classes from './panels.module.css';

export const StatusBar = memo(function StatusBar({
  sight,
  section,
  task,
  session,
}: {
  sight: Store<Sight>;
  section: Section;
  task: Task;
  session: MaskSession | undefined;
}) {
  const { pointer, scale } = useStore(sight, (all) => all);
  const engine = useHealth().data?.engine;
  const x = Math.floor(pointer?.x ?? -1);
  const y = Math.floor(pointer?.y ?? -1);
  const inside = x >= 0 && y >= 0 && x < section.width && y < section.height;
  const value = inside ? (session?.maskDoc.composition.labelAt(x, y) ?? 0) : undefined;
  const label = task.labels.find((one) => one.value === value);
  return (
    <footer className={classes.status}>
      <span className={classes.position}>{inside ? `${x}, ${y}` : '–'}</span>
      <span className={classes.under}>
        {inside && (
          <>
            <span
              className={classes.swatch}
              data-unknown={label === undefined || undefined}
              style={{ background: label?.color }}
            />
            {label?.name ?? 'Unknown'}
          </>
        )}
      </span>
      <span className={classes.grow} />
      <span className={classes.engine}>{engine ?? 'no trainer connected'}</span>
      <span>
        {section.width} × {section.height}
      </span>
      <span className={classes.zoom}>{Math.round(scale * window.devicePixelRatio * 100)} %</span>
    </footer>
  );
});
