'use client';
/** Tells the others where one's pointer is, twenty times a second at most; and who of them is on this section. */
import { MAX_PRESENCE_PER_SECOND, type Presence } from '@cotrace/protocol';
import { useEffect } from 'react';
import { useLive, useLiveConnection } from '../live/ProjectLive.tsx';
import { sessionIdOfThisPage } from './session/sessionId.ts';
import type { Store } from './store.ts';
import type { Sight } from './useStage.ts';

const INTERVAL_MS = 1000 / MAX_PRESENCE_PER_SECOND;

export function useOwnPresence(
  { sectionId, taskId }: { sectionId: string; taskId: string },
  sight: Store<Sight>,
): void {
  const live = useLiveConnection();
  useEffect(() => {
    if (live === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let sentAt = Number.NEGATIVE_INFINITY;
    let last: Sight['pointer'] = null;
    const send = () => {
      timer = undefined;
      sentAt = performance.now();
      last = sight.get().pointer;
      live.sendPresence({
        sessionId: sessionIdOfThisPage(),
        sectionId,
        taskId,
        x: last === null ? null : Math.round(last.x * 10) / 10,
        y: last === null ? null : Math.round(last.y * 10) / 10,
      });
    };
    const soon = () => {
      if (sight.get().pointer === last) return;
      timer ??= setTimeout(send, Math.max(0, sentAt + INTERVAL_MS - performance.now()));
    };
    send();
    const stopJoined = live.onJoined(send);
    const stopSight = sight.subscribe(soon);
    return () => {
      clearTimeout(timer);
      stopJoined();
      stopSight();
      live.sendPresence({
        sessionId: sessionIdOfThisPage(),
        sectionId: null,
        taskId: null,
        x: null,
        y: null,
      });
    };
  }, [live, sight, sectionId, taskId]);
}

/** Everybody else in the project, this person's other tabs included; renders again when one is not `same`. */
export const useOthers = (same: (a: Presence, b: Presence) => boolean): readonly Presence[] =>
  useLive(
    ({ presences }) => presences.filter(({ sessionId }) => sessionId !== sessionIdOfThisPage()),
    (a, b) => a.length === b.length && a.every((one, i) => same(one, b[i]!)),
  );
