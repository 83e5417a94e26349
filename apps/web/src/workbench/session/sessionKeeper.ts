/**
 * The mask sessions of this page: one that is looked at, and those that were left with strokes still on the way. Refuses
 * to end a session before its strokes are saved, kept for whoever sends them later, or let go of.
 */
import type { Watermark } from '@cotrace/mask-doc';
import { type Carry, NOTHING_CARRIED } from './carry.ts';
import type { MaskSession, MaskSessionOptions } from './maskSession.ts';

export type OpenMask = Omit<MaskSessionOptions, 'carry' | 'used'>;

export interface SessionKeeper {
  /** The session of a mask: the one that still lives, or a new one; in a new epoch with the strokes of the old. */
  enter(mask: OpenMask): MaskSession;
  /** Ends it now, or as soon as everything is saved. */
  leave(session: MaskSession): void;
  /** Ends all now: what is not saved is on the device, for whoever sends it later. */
  close(): void;
  /** A fresh document for the same mask; with the strokes that are not saved (refused ones among them), or without them. */
  startOver(mask: OpenMask, options: { keepStrokes: boolean }): MaskSession;
  /** The session of a mask now; undefined when it is not open. A stroke that was refused replaces it by another one. */
  session(maskId: string): MaskSession | undefined;
  /** Strokes not saved in masks that nobody looks at. */
  readonly lingeringStrokes: number;
  /** Closing the page now would lose a stroke. */
  readonly wouldLose: boolean;
  onChange(listener: () => void): () => void;
}

interface Kept {
  readonly session: MaskSession;
  readonly mask: OpenMask;
  readonly unfollow: () => void;
  left: boolean;
  /** The document that takes over without what was refused, until it is synchronised. */
  successor: MaskSession | undefined;
}

export function createSessionKeeper(open: (options: MaskSessionOptions) => MaskSession): SessionKeeper {
  const kept = new Map<string, Kept>();
  /** Per mask, the greatest stroke id and lamport that this page's documents have used. */
  const used = new Map<string, Watermark>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };

  const noteUsed = ({ maskId, sessionId, maskDoc }: MaskSession) => {
    const before = used.get(maskId) ?? { strokeId: 0, lamport: 0 };
    used.set(maskId, {
      strokeId: Math.max(before.strokeId, maskDoc.greatestStrokeIdOf(sessionId)),
      lamport: Math.max(before.lamport, maskDoc.greatestLamport),
    });
  };

  const usedIn = (maskId: string): { used?: Watermark } => {
    const living = kept.get(maskId)?.session;
    if (living !== undefined) noteUsed(living);
    const known = used.get(maskId);
    return known === undefined ? {} : { used: known };
  };

  const end = (one: Kept) => {
    noteUsed(one.session);
    one.unfollow();
    one.session.destroy();
    if (kept.get(one.session.maskId) === one) kept.delete(one.session.maskId);
  };

  const follow = (session: MaskSession, mask: OpenMask, left: boolean): void => {
    const one: Kept = {
      session,
      mask,
      left,
      successor: undefined,
      unfollow: session.onChange(() => {
        if (session.isSpoilt) succeed(one);
        if (one.left && session.state.pending === 0) end(one);
        tell();
      }),
    };
    kept.set(session.maskId, one);
  };

  /** The good strokes go into a fresh document by themselves; until it is there the old one still takes strokes. */
  const succeed = (one: Kept) => {
    if (one.successor !== undefined) return;
    const next = open({
      ...one.mask,
      ...usedIn(one.session.maskId),
      carry: () => {
        const carry = one.session.unsaved();
        end(one);
        follow(next, one.mask, one.left);
        return carry;
      },
    });
    one.successor = next;
    const stop = next.onChange(() => {
      if (kept.get(one.session.maskId)?.session === next) {
        stop();
        tell();
      } else if (next.state.kind === 'closed') {
        // Nothing can take over: the person is told why by a session that is not spoilt.
        stop();
        replace(one.mask, one.session.unsaved());
        tell();
      }
    });
  };

  const replace = (mask: OpenMask, carry: Carry | undefined): MaskSession => {
    const before = kept.get(mask.place.maskId);
    before?.successor?.destroy();
    if (before !== undefined) end(before);
    const session = open({
      ...mask,
      ...usedIn(mask.place.maskId),
      ...(carry === undefined ? {} : { carry }),
    });
    follow(session, mask, false);
    return session;
  };

  return {
    enter(mask) {
      const before = kept.get(mask.place.maskId);
      if (before === undefined) return replace(mask, undefined);
      if (before.mask.place.epoch !== mask.place.epoch) return replace(mask, before.session.unsaved());
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
    close() {
      for (const one of [...kept.values()]) {
        one.successor?.destroy();
        end(one);
      }
    },
    startOver(mask, { keepStrokes }) {
      const before = kept.get(mask.place.maskId)?.session;
      if (!keepStrokes) before?.letGo();
      const { strokes, refused, ...known } = before?.unsaved() ?? NOTHING_CARRIED;
      if (!keepStrokes) return replace(mask, NOTHING_CARRIED);
      const again = refused.map(({ refusal: _, ...stroke }) => stroke);
      return replace(mask, { strokes: [...strokes, ...again], refused: [], ...known });
    },
    session: (maskId) => kept.get(maskId)?.session,
    get lingeringStrokes() {
      return [...kept.values()]
        .filter(({ left }) => left)
        .reduce((sum, { session }) => sum + session.state.pending, 0);
    },
    get wouldLose() {
      return [...kept.values()].some(({ session }) => session.wouldLose);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
