'use client';
/** The others' pointers on this section, with their names. Placed in image pixels on the canvas' plane. */
import type { Presence } from '@cotrace/protocol';
import type { CSSProperties } from 'react';
import { inkOn } from '../view/palette.ts';
import classes from './Cursors.module.css';

export function Cursors({ others }: { others: readonly Presence[] }) {
  return others.map(({ userId, sessionId, name, color, x, y }) =>
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
