'use client';
/** Where the pointer is, what lies under it, how far one has zoomed, and which engine trains. */
import type { Section, Task } from '@cotrace/protocol';
import { memo, type ReactNode } from 'react';
import { useHealth } from '../../api/queries.ts';
import { useStore } from '../hooks.ts';
import { pixelNumbers } from '../pointer/pixelNumbers.ts';
import type { MaskSession } from '../session/maskSession.ts';
import type { Store } from '../store.ts';
import type { Sight } from '../useStage.ts';
import type { Stage } from '../view/stage.ts';
import classes from './panels.module.css';

export const StatusBar = memo(function StatusBar({
  sight,
  stage,
  section,
  task,
  session,
  children,
}: {
  sight: Store<Sight>;
  stage: Stage | undefined;
  section: Section;
  task: Task;
  session: MaskSession | undefined;
  /** Notes that come and go. */
  children?: ReactNode;
}) {
  const pointer = useStore(sight, (all) => all.pointer);
  const scale = useStore(sight, (all) => all.scale);
  const engine = useHealth().data?.engine;
  const x = Math.floor(pointer?.x ?? -1);
  const y = Math.floor(pointer?.y ?? -1);
  const inside = x >= 0 && y >= 0 && x < section.width && y < section.height;
  const place = { x: x + 0.5, y: y + 0.5 };
  const numbers = inside
    ? pixelNumbers(task.labels, {
        value: session?.maskDoc.composition.labelAt(x, y) ?? 0,
        prediction: stage?.mapValueAt('prediction', place),
        uncertainty: stage?.mapValueAt('uncertainty', place),
      })
    : undefined;
  return (
    <footer className={classes.status}>
      <span className={classes.position}>{inside ? `${x}, ${y}` : '–'}</span>
      <span className={classes.under}>
        {numbers && (
          <>
            <span
              className={classes.swatch}
              data-unknown={numbers.label === undefined || undefined}
              style={{ background: numbers.label?.color }}
            />
            {numbers.labelName}
          </>
        )}
      </span>
      <span className={classes.seen} data-testid="pixel-numbers">
        {numbers?.predicted &&
          `${numbers.predicted.name}${numbers.probability === null ? '' : ` ${numbers.probability.toFixed(2)}`}`}
        {numbers?.uncertainty != null && `, ${numbers.uncertainty.toFixed(2)} nats`}
      </span>
      {children}
      <span className={classes.grow} />
      <span className={classes.engine}>{engine ?? 'no trainer connected'}</span>
      <span>
        {section.width} × {section.height}
      </span>
      <span className={classes.zoom}>{Math.round(scale * window.devicePixelRatio * 100)} %</span>
    </footer>
  );
});
