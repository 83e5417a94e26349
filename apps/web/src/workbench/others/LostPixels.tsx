'use client';
/** The pixels that others have painted over, marked in the colour of who did; while the person asks to see them. */
import { memo, useEffect, useRef } from 'react';
import type { AuthorOf } from '../useAuthors.ts';
import { placed } from './glow.ts';
import { strokePicture } from './strokePicture.ts';
import type { PaintedOver } from './useOwnPixels.ts';

const NEUTRAL = '#ffffff';

export const LostPixels = memo(function LostPixels({
  paintedOver: { own, losses, isShown },
  authorOf,
}: {
  paintedOver: PaintedOver;
  authorOf: AuthorOf;
}) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (element === null || own === undefined || losses === undefined || !isShown) return;
    const byColor = new Map<string, Set<string>>();
    for (const sessionId of losses.sessionIds) {
      const color = authorOf(sessionId)?.color ?? NEUTRAL;
      byColor.set(color, (byColor.get(color) ?? new Set()).add(sessionId));
    }
    for (const [color, sessionIds] of byColor) {
      const picture = strokePicture(own.lostTo(sessionIds), { fill: true });
      if (picture !== undefined) element.append(placed(picture, color));
    }
    return () => element.replaceChildren();
  }, [own, losses, isShown, authorOf]);
  return <div ref={host} data-testid="lost-pixels" aria-hidden />;
});
