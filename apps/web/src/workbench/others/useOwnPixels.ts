'use client';
/** Which of one's own pixels others have painted over on the mask that is open, with the way to see them. */
import { boundingBox } from '@cotrace/mask';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSession } from '../hooks.ts';
import type { MaskSession } from '../session/maskSession.ts';
import type { AuthorOf } from '../useAuthors.ts';
import type { Stage } from '../view/stage.ts';
import { around } from '../view/viewport.ts';
import { type Losses, lossesOf } from './lossSentence.ts';
import { followOwnPixels, type OwnPixels } from './ownPixels.ts';

export interface PaintedOver {
  readonly losses: Losses | undefined;
  /** The tracker itself, for drawing what is lost; replaced with the mask. */
  readonly own: OwnPixels | undefined;
  readonly isShown: boolean;
  /** Flies to them and marks them; again: takes the marks away. */
  toggle(): void;
  /** Takes them for what they are. */
  dismiss(): void;
}

export function useOwnPixels({
  session,
  stage,
  authorOf,
  mySessions,
}: {
  session: MaskSession | undefined;
  stage: Stage | undefined;
  authorOf: AuthorOf;
  /** Sessions of this person on this mask, this page's among them; undefined until they are known. */
  mySessions: ReadonlySet<string> | undefined;
}): PaintedOver {
  const [own, setOwn] = useState<OwnPixels>();
  const [bySession, setBySession] = useState<ReadonlyMap<string, number>>(new Map());
  const [isShown, setShown] = useState(false);
  const isSynced = useSession(session, (one) => one !== undefined && one.state.kind !== 'connecting');
  // Another set with the same sessions is no reason to read the whole mask again.
  const mine = mySessions && [...mySessions].sort().join(' ');
  const sets = useRef(mySessions);
  sets.current = mySessions;

  useEffect(() => {
    if (session === undefined || !isSynced || mine === undefined) return;
    const sessions = sets.current!;
    const followed = followOwnPixels({
      maskDoc: session.maskDoc,
      isMine: (sessionId) => sessions.has(sessionId),
      onLosses: () => setBySession(new Map(followed.losses)),
      soon: (work) => setTimeout(work),
    });
    setOwn(followed);
    return () => {
      followed.stop();
      setOwn(undefined);
      setBySession(new Map());
      setShown(false);
    };
  }, [session, isSynced, mine]);

  const losses = useMemo(() => lossesOf(bySession, authorOf), [bySession, authorOf]);
  const now = useRef({ own, losses, stage, isShown });
  now.current = { own, losses, stage, isShown };

  const toggle = useCallback(() => {
    const { own, losses, stage, isShown } = now.current;
    setShown(!isShown);
    if (isShown || own === undefined || losses === undefined) return;
    const box = boundingBox(own.lostTo(losses.sessionIds));
    if (box === undefined) return;
    const { x0, y0, x1, y1 } = box;
    stage?.flyTo(around({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
  }, []);
  const dismiss = useCallback(() => {
    const { own, losses } = now.current;
    if (losses !== undefined) own?.forget(losses.sessionIds);
    setShown(false);
  }, []);
  return useMemo(
    () => ({ losses, own, isShown: isShown && losses !== undefined, toggle, dismiss }),
    [losses, own, isShown, toggle, dismiss],
  );
}
