'use client';
/** Follows one person: to their section, to what they see; until the person at this page acts, or the other has gone. */
import type { Presence } from '@cotrace/protocol';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLive } from '../../live/ProjectLive.tsx';
import { isSameView } from '../usePresence.ts';
import type { Stage } from '../view/stage.ts';
import { type Followed, type Move, nextMove } from './following.ts';

export interface Following {
  readonly whom: Followed | null;
  /** Where that has led. */
  readonly move: Move['kind'] | null;
  follow(presence: Presence): void;
  stop(): void;
}

/** A connection that was lost for a moment tells everybody's presence again. */
const GONE_AFTER_MS = 6_000;

const isSame = (a: Presence | undefined, b: Presence | undefined) =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.sectionId === b.sectionId &&
    a.taskId === b.taskId &&
    isSameView(a.view, b.view));

export function useFollowing({
  at,
  onStage,
  sectionIds,
  stage,
  goTo,
}: {
  at: { readonly sectionId: string; readonly taskId: string };
  /** The section whose image the stage shows. */
  onStage: string | undefined;
  sectionIds: readonly string[];
  stage: Stage | undefined;
  goTo: (sectionId: string, taskId?: string) => void;
}): Following {
  const [whom, setWhom] = useState<Followed | null>(null);
  const stop = useCallback(() => setWhom(null), []);
  const follow = useCallback(
    ({ userId, sessionId, name, color }: Presence) => setWhom({ userId, sessionId, name, color }),
    [],
  );
  const presence = useLive(
    ({ presences }) => presences.find(({ sessionId }) => sessionId === whom?.sessionId),
    isSame,
  );
  const { sectionId, taskId } = at;
  const sections = useRef(sectionIds);
  sections.current = sectionIds;
  const move = useMemo(
    () =>
      whom === null
        ? null
        : nextMove(presence, { sectionId, taskId }, (one) => sections.current.includes(one)),
    [whom, presence, sectionId, taskId],
  );

  useEffect(() => {
    if (move === null) return;
    switch (move.kind) {
      case 'gone': {
        const timer = setTimeout(stop, GONE_AFTER_MS);
        return () => clearTimeout(timer);
      }
      case 'go':
        return goTo(move.sectionId, move.taskId ?? undefined);
      case 'look':
        // The section's image first: a view is in its pixels.
        if (onStage === sectionId) stage?.follow(move.view);
        return;
      case 'elsewhere':
      case 'stay':
        return;
    }
  }, [move, stop, goTo, stage, onStage, sectionId]);

  return useMemo(() => ({ whom, move: move?.kind ?? null, follow, stop }), [whom, move, follow, stop]);
}
