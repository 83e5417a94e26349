/**
 * The mask sessions of this page: one that is looked at, and those that were left with strokes still on the way. Refuses
 * to end a session before all of its strokes are saved or let go of.
 */
import type { UnsavedRecords } from '@cotrace/mask-doc';
import type { MaskSession, MaskSessionOptions } from './maskSession.ts';

export type OpenMask = Omit<MaskSessionOptions, 'carry'>;

export interface SessionKeeper {
  /** The session of a mask: the one that still lives, or a new one; in a new epoch with the strokes of the old. */
  enter(mask: OpenMask): MaskSession;
  /** Ends it now, or as soon as everything is saved. */
  leave(session: MaskSession): void;
  /** A fresh document for the same mask; with the strokes that are not saved, or without them. */
  startOver(mask: OpenMask, options: { keepStrokes: boolean }): MaskSession;
  /** Strokes not saved in masks that nobody looks at. */
  readonly lingeringStrokes: number;
  /** Strokes not saved anywhere on this page. */
  readonly unsavedStrokes: number;
  onChange(listener: () => void): () => void;
}

interface Kept {
  readonly session: MaskSession;
  readonly epoch: number;
  readonly unfollow: () => void;
  left: boolean;
}

export function createSessionKeeper(open: (options: MaskSessionOptions) => MaskSession): SessionKeeper {
  const kept = new Map<string, Kept>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };

  const end = (one: Kept) => {
    one.unfollow();
    one.session.destroy();
    if (kept.get(one.session.maskId) === one) kept.delete(one.session.maskId);
  };

  const start = (mask: OpenMask, carry: UnsavedRecords | undefined): MaskSession => {
    const session = open({ ...mask, ...(carry === undefined ? {} : { carry }) });
    const one: Kept = {
      session,
      epoch: mask.epoch,
      left: false,
      unfollow: session.onChange(() => {
        if (one.left && session.state.pending === 0) end(one);
        tell();
      }),
    };
    kept.set(mask.maskId, one);
    return session;
  };

  const replace = (mask: OpenMask, keepStrokes: boolean): MaskSession => {
    const before = kept.get(mask.maskId);
    const carry = keepStrokes && before?.session.state.pending ? before.session.unsaved() : undefined;
    if (before !== undefined) end(before);
    return start(mask, carry);
  };

  const unsaved = (which: (one: Kept) => boolean) =>
    [...kept.values()].filter(which).reduce((sum, { session }) => sum + session.state.pending, 0);

  return {
    enter(mask) {
      const before = kept.get(mask.maskId);
      if (before === undefined || before.epoch !== mask.epoch) return replace(mask, true);
      before.left = false;
      return before.session;
    },
    leave(session) {
      const one = kept.get(session.maskId);
      if (one?.session !== session) return;
      one.left = true;
      if (session.state.pending === 0) end(one);
      tell();
    },
    startOver: (mask, { keepStrokes }) => replace(mask, keepStrokes),
    get lingeringStrokes() {
      return unsaved(({ left }) => left);
    },
    get unsavedStrokes() {
      return unsaved(() => true);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
