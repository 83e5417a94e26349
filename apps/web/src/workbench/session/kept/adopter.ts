/**
 * Sends what earlier pages of this browser could not: takes over their sessions when they have ended, one at a time, and
 * only those of the person who is signed in. Refuses to touch a session that lives in another tab, and to drop a stroke.
 *
 *   alive elsewhere → waiting → sending → (acknowledged, gone)
 *                        ↑         └────→ refused → try again → waiting
 *                        └── later ──┘       └────→ let go → (gone)
 */
import { CLOSE, type ErrorBody } from '@cotrace/protocol';
import type { OpenMask, SessionKeeper } from '../sessionKeeper.ts';
import { KeepingError, type KeptMask, type KeptPlace, type KeptStore, type KeptStroke } from './keptStore.ts';
import type { SessionLocks } from './sessionLocks.ts';
import { withRefusal } from './strokeRecorder.ts';

export interface EarlierStrokes {
  readonly place: KeptPlace;
  readonly strokes: readonly KeptStroke[];
  /**
   * `foreign`: somebody else's, never sent from here. `byHand`: this browser cannot tell whether their tab still lives, so
   * that the person has to say so.
   */
  readonly state: 'waiting' | 'sending' | 'refused' | 'foreign' | 'byHand';
}

/** What became of the mask; `later`: the server cannot be asked now. */
export type FoundMask =
  | { readonly mask: OpenMask }
  | { readonly refusal: ErrorBody }
  | { readonly later: true };

export interface Adopter {
  /** What this device keeps beside the strokes of this page, as of the last look. */
  readonly earlier: readonly EarlierStrokes[];
  onChange(listener: () => void): () => void;
  /** Looks at the device again; what waits is tried again. */
  look(): Promise<void>;
  /** Sends what was refused, or what only the person could release. */
  send(of: EarlierStrokes): Promise<void>;
  letGo(of: EarlierStrokes): Promise<void>;
  stop(): void;
}

export function createAdopter({
  store,
  locks,
  userId,
  ownSessionId,
  findMask,
  createKeeper,
}: {
  store: KeptStore;
  locks: SessionLocks | undefined;
  userId: string;
  ownSessionId: string;
  findMask: (place: KeptPlace) => Promise<FoundMask>;
  createKeeper: () => SessionKeeper;
}): Adopter {
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  /** Sessions that are waited for or held. */
  const asked = new Set<string>();
  const held = new Set<string>();
  const sending = new Set<string>();
  let earlier: readonly EarlierStrokes[] = [];
  let nudges: (() => void)[] = [];

  const keyOf = ({ maskId, sessionId }: KeptPlace) => `${maskId} ${sessionId}`;
  const sendable = ({ strokes }: Pick<KeptMask, 'strokes'>) =>
    strokes.filter(({ refusal }) => refusal === undefined);

  const stateOf = (kept: KeptMask): EarlierStrokes['state'] | undefined => {
    const { place } = kept;
    if (place.userId !== userId) return 'foreign';
    if (place.sessionId === ownSessionId) return undefined;
    if (sending.has(keyOf(place))) return 'sending';
    if (!held.has(place.sessionId)) return locks === undefined ? 'byHand' : undefined;
    return sendable(kept).length === 0 ? 'refused' : 'waiting';
  };

  const refresh = async (): Promise<readonly KeptMask[]> => {
    const all = await list(store);
    earlier = all.flatMap((kept) => {
      const state = stateOf(kept);
      return state === undefined ? [] : [{ ...kept, state }];
    });
    for (const listener of listeners) listener();
    return all;
  };

  let nudgeCount = 0;
  /** Resolves with the first nudge after that one: one that came while something was sent is not missed. */
  const nudgedAfter = (seen: number) =>
    nudgeCount > seen ? Promise.resolve() : new Promise<void>((done) => nudges.push(done));
  const nudge = () => {
    nudgeCount++;
    const waiting = nudges;
    nudges = [];
    for (const done of waiting) done();
  };

  /** Holds the session for as long as anything of it is on the device: other tabs then leave it to this one. */
  const adopt = async (sessionId: string): Promise<void> => {
    held.add(sessionId);
    try {
      while (!stopping.signal.aborted) {
        const seen = nudgeCount;
        const own = (await refresh()).filter(({ place }) => place.sessionId === sessionId);
        if (own.length === 0) return;
        for (const kept of own) if (sendable(kept).length > 0) await sendOne(kept);
        const left = (await refresh()).filter(({ place }) => place.sessionId === sessionId);
        if (left.length > 0 && !stopping.signal.aborted) await nudgedAfter(seen);
      }
    } finally {
      held.delete(sessionId);
      asked.delete(sessionId);
    }
  };

  const sendOne = async (kept: KeptMask): Promise<void> => {
    try {
      const found = await findMask(kept.place);
      if ('later' in found || stopping.signal.aborted) return;
      if ('refusal' in found) await refuse(kept.place, sendable(kept), found.refusal);
      else await sendThrough(createKeeper(), found.mask);
    } finally {
      noteSending(kept.place, false);
    }
  };

  /** What cannot reach the server is not being sent, it waits. */
  const noteSending = (place: KeptPlace, isSent: boolean) => {
    if (sending.has(keyOf(place)) === isSent) return;
    if (isSent) sending.add(keyOf(place));
    else sending.delete(keyOf(place));
    void refresh();
  };

  const refuse = (place: KeptPlace, strokes: readonly KeptStroke[], why: ErrorBody) =>
    write(store, place, withRefusal(strokes, why));

  /** Until everything is acknowledged or refused, or a person or a later time is needed. */
  const sendThrough = async (keeper: SessionKeeper, mask: OpenMask): Promise<void> => {
    keeper.enter(mask);
    const { maskId } = mask.place;
    try {
      await new Promise<void>((done) => {
        const look = () => {
          const state = keeper.session(maskId)?.state;
          noteSending(mask.place, state?.kind === 'saving');
          const isOver =
            state === undefined ||
            state.kind === 'saved' ||
            state.kind === 'refused' ||
            state.kind === 'closed' ||
            stopping.signal.aborted;
          if (!isOver) return;
          stop();
          done();
        };
        const stop = keeper.onChange(look);
        stopping.signal.addEventListener('abort', look, { once: true });
        look();
      });
      const session = keeper.session(maskId);
      if (session === undefined) return;
      const { state } = session;
      if (state.kind === 'refused') session.refuseAll({ code: state.code, message: state.why });
      if (state.kind === 'closed') {
        if (state.code === CLOSE.forbidden) session.refuseAll({ code: 'FORBIDDEN', message: state.why });
        if (state.code === CLOSE.notFound) session.refuseAll({ code: 'NOT_FOUND', message: state.why });
      }
      await session.settled();
    } finally {
      keeper.close();
    }
  };

  const claim = (sessionId: string) => {
    if (asked.has(sessionId)) return;
    asked.add(sessionId);
    void locks?.hold(sessionId, () => adopt(sessionId), stopping.signal);
  };

  return {
    get earlier() {
      return earlier;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async look() {
      const all = await refresh();
      nudge();
      if (locks === undefined || stopping.signal.aborted) return;
      for (const { place } of all)
        if (place.userId === userId && place.sessionId !== ownSessionId) claim(place.sessionId);
    },
    async send({ place, strokes, state }) {
      if (state === 'foreign') return;
      await write(
        store,
        place,
        strokes.map(({ refusal: _, ...stroke }) => stroke),
      );
      if (held.has(place.sessionId)) return nudge();
      asked.add(place.sessionId);
      await adopt(place.sessionId);
    },
    async letGo({ place, strokes }) {
      await write(
        store,
        place,
        [],
        strokes.map(({ strokeId }) => strokeId),
      );
      nudge();
      await refresh();
    },
    stop() {
      stopping.abort();
      listeners.clear();
      nudge();
    },
  };
}

/** A device that does not answer keeps nothing that could be sent: there is nothing to tell of. */
async function list(store: KeptStore): Promise<KeptMask[]> {
  try {
    return await store.list();
  } catch (error) {
    if (error instanceof KeepingError) return [];
    throw error;
  }
}

/** What cannot be written stays as it was: asked for again with the next look. */
async function write(
  store: KeptStore,
  place: KeptPlace,
  put: readonly KeptStroke[],
  remove: readonly number[] = [],
): Promise<void> {
  try {
    await store.write(place, { put, remove });
  } catch (error) {
    if (!(error instanceof KeepingError)) throw error;
  }
}
