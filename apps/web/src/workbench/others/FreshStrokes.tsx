'use client';
/** Others' strokes of this moment, glowing in their colours over the mask. Hidden while the image is looked at alone. */
import { memo, useEffect, useRef } from 'react';
import { useStore } from '../hooks.ts';
import type { MaskSession } from '../session/maskSession.ts';
import type { SettingsStore } from '../settings.ts';
import type { AuthorOf } from '../useAuthors.ts';
import { followArrivals } from './arrivals.ts';
import { createGlow } from './glow.ts';

/** For whoever is not known yet. */
const NEUTRAL = '#ffffff';

export const FreshStrokes = memo(function FreshStrokes({
  session,
  settings,
  authorOf,
}: {
  session: MaskSession | undefined;
  settings: SettingsStore;
  authorOf: AuthorOf;
}) {
  const host = useRef<HTMLDivElement>(null);
  const comparing = useStore(settings, (all) => all.comparing);
  const now = useRef(authorOf);
  now.current = authorOf;
  useEffect(() => {
    if (session === undefined || host.current === null) return;
    const reduced = window.matchMedia('(prefers-reduced-motion: reduce)');
    const glow = createGlow(host.current, { wantsLessMotion: () => reduced.matches });
    const stop = followArrivals({
      maskDoc: session.maskDoc,
      isLive: () => session.state.kind !== 'connecting',
      onArrivals(arrivals) {
        if (document.hidden) return;
        for (const { sessionId, runs } of arrivals) {
          const author = now.current(sessionId);
          // My other tab is no news to me.
          if (author?.isMe !== true) glow.show(runs, author?.color ?? NEUTRAL);
        }
      },
      soon: (work) => requestAnimationFrame(work),
    });
    return () => {
      stop();
      glow.clear();
    };
  }, [session]);
  return <div ref={host} data-testid="fresh-strokes" hidden={comparing} aria-hidden />;
});
