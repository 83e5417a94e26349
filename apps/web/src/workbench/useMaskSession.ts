'use client';
/** The mask session of the section on the screen: opened, followed, left and started over. */
import type { Project, Section, Task } from '@cotrace/protocol';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useMe } from '../api/queries.ts';
import type { MaskSession } from './session/maskSession.ts';
import { openMaskOf } from './session/openMaskOf.ts';
import type { OpenMask } from './session/sessionKeeper.ts';
import { keeperOfThisPage } from './session/thisPage.ts';

export interface FollowedSession {
  readonly session: MaskSession | undefined;
  /** Strokes on the way in sections that were left. */
  readonly lingeringStrokes: number;
  startOver(options: { keepStrokes: boolean }): void;
}

/** Renders again for another session; what a session says is followed by who shows it. */
export function useMaskSession(project: Project, section: Section, task: Task): FollowedSession {
  const [session, setSession] = useState<MaskSession>();
  const [lingeringStrokes, setLingering] = useState(0);
  const me = useMe().data;
  const mask = section.masks.find(({ taskId }) => taskId === task.id);
  const values = task.labels.map(({ value }) => value).join(' ');

  // Names and counts change with every stroke and rename; what opens the room does not.
  const names = useRef({ project, section, task });
  names.current = { project, section, task };
  const [maskId, epoch, width, height] = [mask?.id, mask?.epoch ?? 0, section.width, section.height];
  const [userId, userName] = [me?.userId, me?.name ?? ''];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the parts of what is read; a count that changes opens nothing
  const open = useMemo((): OpenMask | undefined => {
    if (maskId === undefined || userId === undefined) return undefined;
    return openMaskOf(names.current, { userId, name: userName });
  }, [maskId, epoch, width, height, values, userId, userName]);
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
    return kept.onChange(() => {
      setLingering(kept.lingeringStrokes);
      // A refused stroke spoils a document: the good ones go on in another one.
      const now = opened.current && kept.session(opened.current.place.maskId);
      if (now === undefined || entered.current === undefined || now === entered.current) return;
      entered.current = now;
      setSession(now);
    });
  }, []);

  const startOver = useCallback(({ keepStrokes }: { keepStrokes: boolean }) => {
    if (opened.current === undefined) return;
    entered.current = keeperOfThisPage().startOver(opened.current, { keepStrokes });
    setSession(entered.current);
  }, []);
  return useMemo(() => ({ session, lingeringStrokes, startOver }), [session, lingeringStrokes, startOver]);
}
