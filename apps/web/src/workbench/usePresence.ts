'use client';
/** Tells the others where one's pointer is and what one sees, twenty times a second at most; and who of them is on this section. */
import { MAX_PRESENCE_PER_SECOND, type Presence, type SeenBox } from '@cotrace/protocol';
import { useEffect } from 'react';
import { useLive, useLiveConnection } from '../live/ProjectLive.tsx';
import { sessionIdOfThisPage } from './session/sessionId.ts';
import type { Store } from './store.ts';
import type { Sight } from './useStage.ts';

const tenths = (value: number) => Math.round(value * 10) / 10;

export const isSameView = (a: SeenBox | null | undefined, b: SeenBox | null | undefined): boolean =>
  a == null || b == null
    ? (a ?? null) === (b ?? null)
    : a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

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
    let last: Pick<Sight, 'pointer' | 'seen'> = sight.get();
    const send = () => {
      timer = undefined;
      sentAt = performance.now();
      last = sight.get();
      const { pointer, seen } = last;
      live.sendPresence({
        sessionId: sessionIdOfThisPage(),
        sectionId,
        taskId,
        x: pointer === null ? null : tenths(pointer.x),
        y: pointer === null ? null : tenths(pointer.y),
        view: seen && {
          ...{ x: tenths(seen.x), y: tenths(seen.y) },
          ...{ width: tenths(seen.width), height: tenths(seen.height) },
        },
      });
    };
    const soon = () => {
      const { pointer, seen } = sight.get();
      if (pointer === last.pointer && isSameView(seen, last.seen)) return;
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
        view: null,
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
