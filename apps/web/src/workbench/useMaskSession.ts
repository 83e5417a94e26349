'use client';
/** The mask session of the section on the screen: opened, followed, left and started over. */
import type { Section, Task } from '@cotrace/protocol';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type MaskSession, openMaskSession } from './session/maskSession.ts';
import { sessionIdOfThisPage } from './session/sessionId.ts';
import { createSessionKeeper, type OpenMask, type SessionKeeper } from './session/sessionKeeper.ts';

/** One for the page: strokes go on being saved while one looks at another section, or at the project. */
let keeper: SessionKeeper | undefined;

function keeperOfThisPage(): SessionKeeper {
  if (keeper === undefined) {
    const created = createSessionKeeper(openMaskSession);
    window.addEventListener('beforeunload', (event) => {
      if (created.unsavedStrokes > 0) event.preventDefault();
    });
    keeper = created;
  }
  return keeper;
}

export interface FollowedSession {
  readonly session: MaskSession | undefined;
  /** Strokes on the way in sections that were left. */
  readonly lingeringStrokes: number;
  startOver(options: { keepStrokes: boolean }): void;
}

/** Renders again for another session; what a session says is followed by who shows it. */
export function useMaskSession(section: Section | undefined, task: Task | undefined): FollowedSession {
  const [session, setSession] = useState<MaskSession>();
  const [lingeringStrokes, setLingering] = useState(0);
  const mask = section?.masks.find(({ taskId }) => taskId === task?.id);
  const values = task?.labels.map(({ value }) => value).join(' ');

  // Counts of labelled pixels change with every stroke; what opens the room does not.
  const [maskId, epoch, width, height] = [
    mask?.id,
    mask?.epoch ?? 0,
    section?.width ?? 0,
    section?.height ?? 0,
  ];
  const open = useMemo((): OpenMask | undefined => {
    if (maskId === undefined || values === undefined) return undefined;
    return {
      origin: webSocketOrigin(),
      maskId,
      epoch,
      width,
      height,
      sessionId: sessionIdOfThisPage(),
      labels: new Set(values.split(' ').map(Number)),
    };
  }, [maskId, epoch, width, height, values]);
  const opened = useRef(open);
  opened.current = open;

  // The one to be left: starting over replaces it.
  const entered = useRef<MaskSession>(undefined);
  useEffect(() => {
    if (open === undefined) return;
    entered.current = keeperOfThisPage().enter(open);
    setSession(entered.current);
    return () => {
      setSession(undefined);
      if (entered.current !== undefined) keeperOfThisPage().leave(entered.current);
    };
  }, [open]);

  useEffect(() => {
    const kept = keeperOfThisPage();
    return kept.onChange(() => setLingering(kept.lingeringStrokes));
  }, []);

  const startOver = useCallback(({ keepStrokes }: { keepStrokes: boolean }) => {
    if (opened.current === undefined) return;
    entered.current = keeperOfThisPage().startOver(opened.current, { keepStrokes });
    setSession(entered.current);
  }, []);
  return useMemo(() => ({ session, lingeringStrokes, startOver }), [session, lingeringStrokes, startOver]);
}

const webSocketOrigin = () => window.location.origin.replace(/^http/, 'ws');
