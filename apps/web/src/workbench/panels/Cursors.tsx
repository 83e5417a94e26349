'use client';
/** The others' pointers on this section, with their names. Placed in image pixels on the canvas' plane. */
import type { CSSProperties } from 'react';
import { useOthers } from '../usePresence.ts';
import { inkOn } from '../view/palette.ts';
import classes from './Cursors.module.css';

export function Cursors({ sectionId, taskId }: { sectionId: string; taskId: string }) {
  const others = useOthers(Object.is);
  const here = others.filter((one) => one.sectionId === sectionId && one.taskId === taskId);
  return here.map(({ userId, sessionId, name, color, x, y }) =>
    x === null || y === null ? null : (
      <div
        key={sessionId}
        className={classes.cursor}
        data-testid={`cursor-${userId}`}
        style={{ '--x': x, '--y': y, color } as CSSProperties}
      >
        <svg width="16" height="18" viewBox="0 0 16 18" aria-hidden="true">
          <path
            d="M1 1l13.500 7.200-5.900 1.600-2.900 5.600z"
            fill="currentColor"
            stroke="rgba(0,0,0,.65)"
            strokeLinejoin="round"
          />
        </svg>
        <span className={classes.name} style={{ background: color, color: inkOn(color) }}>
          {name}
        </span>
      </div>
    ),
  );
}
