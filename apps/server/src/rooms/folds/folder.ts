/**
 * Folds what is old in the rooms of this process: when enough can be folded, or a room has grown quiet, or nobody is left
 * in it. Commits first and tells then; a fold that fails in any way leaves the room as it was. One fold at a time.
 *
 *   plan → lease → step, step, step… → everything in it committed? → commitFold → finish, tell, delete
 *     └──────┴───────┴────────────────────┴─────────────────────────────┴→ cancel (→ catch up when fenced)
 */
import { randomUUID } from 'node:crypto';
import {
  documentAfterFold,
  encodeFoldNotice,
  encodeWatermarks,
  type FoldJob,
  type Watermarks,
} from '@cotrace/mask-doc';
import { ProtocolError } from '@cotrace/protocol';
import type { Log } from '../../log.ts';
import type { CommitLog } from '../commitLog.ts';
import { foldedFrame } from '../frames.ts';
import type { Room } from '../room.ts';
import type { RoomLimits } from '../roomLimits.ts';
import type { RoomRegistry } from '../roomRegistry.ts';
import { catchUpWithFolds, tellFold } from './aftermath.ts';
import { outgrown, startEpoch } from './epochs.ts';
import { FoldError } from './errors.ts';
import type { FoldStore } from './foldStore.ts';
import { createIdleSessions, type IdleSessions } from './idleSessions.ts';
import { inSlices } from './slices.ts';

export interface Folder {
  /** After entries of the room's mask were committed. */
  committed(room: Room): void;
  /** Nobody is in the room any more: what is worth folding is folded before it is let go. Undefined: nothing is. */
  beforeUnload(room: Room): Promise<void> | undefined;
  /** Takes the folds of other servers from the database. Throws ProtocolError DATABASE_UNAVAILABLE, NOT_FOUND. */
  catchUp(room: Room): Promise<void>;
  /** No fold begins any more; resolves when none is under way, or the store takes longer than `closeMs`. */
  close(): Promise<void>;
}

export interface FolderParts {
  readonly store: FoldStore;
  readonly commits: Pick<CommitLog, 'settled' | 'isPending'>;
  readonly registry: RoomRegistry;
  readonly log: Log;
  readonly limits: RoomLimits;
  /** Milliseconds: which sessions nobody writes in any more. */
  readonly now: () => number;
}

interface RoomState {
  /** Whoever changes the room's base waits for the one before. */
  turn: Promise<void>;
  /** An attempt that has not begun, and the fewest records that it is worth. */
  waiting: Promise<void> | undefined;
  atLeast: number;
  /** Where the log stood when folding was last tried, for many records and for few. */
  triedAt: { many: number; few: number };
  quiet: NodeJS.Timeout | undefined;
  /** Told once, until something works again. */
  isTroubled: boolean;
  readonly idle: IdleSessions;
}

export function createFolder({ store, commits, registry, log, limits, now }: FolderParts): Folder {
  const holder = randomUUID();
  const states = new WeakMap<Room, RoomState>();
  let tail: Promise<void> = Promise.resolve();
  let isClosing = false;

  const isLoaded = (room: Room) => registry.find(room.row.maskId) === room;

  const stateOf = (room: Room): RoomState => {
    let state = states.get(room);
    if (state === undefined) {
      state = {
        turn: Promise.resolve(),
        waiting: undefined,
        atLeast: Number.POSITIVE_INFINITY,
        triedAt: { many: 0, few: -1 },
        quiet: undefined,
        isTroubled: false,
        idle: createIdleSessions({ room, store, now, idleMs: limits.idleSessionMs }),
      };
      states.set(room, state);
    }
    return state;
  };

  const inTurn = (state: RoomState, work: () => Promise<void>): Promise<void> => {
    const done = state.turn.then(work);
    state.turn = done.catch(() => undefined);
    return done;
  };

  /** Never rejects. */
  const attempt = (room: Room, atLeast: number): Promise<void> => {
    const state = stateOf(room);
    state.atLeast = Math.min(state.atLeast, atLeast);
    if (state.waiting === undefined) {
      const waiting = tail.then(() => {
        state.waiting = undefined;
        const wanted = state.atLeast;
        state.atLeast = Number.POSITIVE_INFINITY;
        return inTurn(state, () => fold(room, state, wanted)).then(
          () => {
            state.isTroubled = false;
          },
          (error) => failed(room, state, error),
        );
      });
      state.waiting = waiting;
      tail = waiting;
    }
    return state.waiting;
  };

  const failed = async (room: Room, state: RoomState, error: unknown): Promise<void> => {
    const { maskId } = room.row;
    if (error instanceof FoldError) {
      log.info('A fold was given up: somebody else folds this mask', { maskId, error: error.message });
      await inTurn(state, () => catchUpWithFolds(room, store)).catch((trouble) => {
        log.warn('A room could not catch up with the folds of others', { maskId, error: trouble });
      });
    } else if (!state.isTroubled) {
      state.isTroubled = true;
      // The database is away, or the epoch or the mask has come to its end meanwhile.
      const isNobodysFault =
        error instanceof ProtocolError &&
        ['DATABASE_UNAVAILABLE', 'CONFLICT', 'NOT_FOUND'].includes(error.code);
      log[isNobodysFault ? 'info' : 'error']('A fold failed, the room goes on without', { maskId, error });
    }
    await whenQuiet(room, state);
  };

  const whenQuiet = (room: Room, state: RoomState) => {
    if (isClosing) return;
    if (state.quiet !== undefined) return void state.quiet.refresh();
    state.quiet = setTimeout(() => {
      if (!isClosing && isLoaded(room)) void attempt(room, limits.foldQuietAtLeast);
    }, limits.foldQuietMs);
    state.quiet.unref();
  };

  const fold = async (room: Room, state: RoomState, atLeast: number): Promise<void> => {
    if (isClosing || !isLoaded(room)) return;
    const { maskId } = room.row;
    // Held, so that it is not let go in the middle.
    const { room: held, release } = await registry.open(maskId);
    try {
      if (held !== room) return;
      state.triedAt.many = room.head;
      if (atLeast <= limits.foldQuietAtLeast) state.triedAt.few = room.head;
      const plan = await planned(room, state, atLeast);
      // Somebody else holds the lease, or has written meanwhile: what is left to do is looked at again.
      if (plan !== undefined) {
        if (!(await carriedOut(room, plan))) whenQuiet(room, state);
        // A backlog: the rest has its turn after the other rooms.
        else if (plan.job.notice.count >= limits.foldAtMost) void attempt(room, atLeast);
      }
      if (!isClosing && room.planesUnderWay === 0 && outgrown(room, limits)) {
        const token = await store.lease(maskId, holder, limits.foldLeaseMs);
        if (token !== undefined) await startEpoch(room, { token, store, commits, log });
      }
    } finally {
      release();
    }
  };

  const planned = async (room: Room, state: RoomState, atLeast: number) => {
    const { foldAtMost: atMost } = limits;
    const start = performance.now();
    const job = room.mask.planFold({ atLeast, atMost });
    if (job !== undefined) return { job, silentHead: undefined, planMs: performance.now() - start };
    if (atLeast > limits.foldQuietAtLeast || room.liveStrokes < atLeast) return undefined;
    const idle = await state.idle.sessions();
    const { head } = room;
    // Whoever comes back and writes while it is folded finds all as it was.
    if (idle.size === 0 || commits.isPending(room.row.maskId)) return undefined;
    const again = performance.now();
    const idleJob = room.mask.planFold({ atLeast, atMost, idle });
    return idleJob && { job: idleJob, silentHead: head, planMs: performance.now() - again };
  };

  /** False when it was given up without an error. */
  const carriedOut = async (
    room: Room,
    { job, silentHead, planMs }: { job: FoldJob; silentHead: number | undefined; planMs: number },
  ): Promise<boolean> => {
    const { maskId, epoch } = room.row;
    let isOver = false;
    try {
      const token = await store.lease(maskId, holder, limits.foldLeaseMs);
      if (token === undefined) return false;
      const mayGoOn = () => !isClosing && isLoaded(room);
      const { longest, total } = await inSlices(() => job.step(), limits.foldSliceMs, mayGoOn);
      // Somebody of a session that seemed idle has taken back what was about to be folded: another time.
      if (!mayGoOn() || job.isDisturbed) return false;
      const begun = performance.now();
      const throughSeq = room.head;
      const watermarks = movedWatermarks(room.mask.watermarks, job.notice.watermarks);
      const document = documentAfterFold(room.doc, watermarks);
      const snapshotMs = performance.now() - begun;
      // What is folded, and what the document holds, is committed before it.
      await commits.settled(maskId);
      if (!mayGoOn() || job.isDisturbed) return false;
      const tiles = [...job.tiles];
      await store.commitFold({
        maskId,
        token,
        number: job.notice.number,
        epoch,
        throughSeq,
        document,
        watermarks: encodeWatermarks(watermarks),
        tiles,
        ...(silentHead === undefined ? {} : { head: silentHead }),
      });
      // Committed: a room that broke meanwhile is loaded anew, with the fold.
      if (!isLoaded(room)) return true;
      const finishing = performance.now();
      job.finish();
      isOver = true;
      room.base.folded(tiles);
      tellFold(room, foldedFrame(encodeFoldNotice(job.notice)));
      const finishMs = performance.now() - finishing;
      log.info('Old strokes were folded', {
        maskId,
        number: job.notice.number,
        records: job.notice.count,
        tiles: tiles.length,
        tileBytes: tiles.reduce((sum, [, bytes]) => sum + bytes.length, 0),
        documentBytes: document.length,
        workMs: Math.round(planMs + total + snapshotMs + finishMs),
        // The event loop stood still for the longest of these.
        longestMs: rounded({ plan: planMs, step: longest, snapshot: snapshotMs, finish: finishMs }),
      });
      return true;
    } finally {
      if (!isOver) job.cancel();
    }
  };

  return {
    committed(room) {
      const state = stateOf(room);
      whenQuiet(room, state);
      if (isClosing || room.head - state.triedAt.many < Math.max(1, limits.foldAtLeast / 4)) return;
      state.triedAt.many = room.head;
      void attempt(room, Math.max(limits.foldAtLeast, Math.floor(room.liveStrokes / 5)));
    },
    beforeUnload(room) {
      const state = stateOf(room);
      if (isClosing || state.triedAt.few === room.head) return state.waiting;
      return attempt(room, limits.foldQuietAtLeast);
    },
    catchUp: (room) => inTurn(stateOf(room), () => catchUpWithFolds(room, store)),
    async close() {
      isClosing = true;
      let late: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => {
        late = setTimeout(resolve, limits.closeMs);
      });
      await Promise.race([tail, tooLate]);
      clearTimeout(late);
    },
  };
}

const rounded = (ms: Record<string, number>) =>
  Object.fromEntries(Object.entries(ms).map(([what, value]) => [what, Math.round(value * 10) / 10]));

/** The watermarks after those have moved; sessions that are new come last. */
function movedWatermarks(before: Watermarks, moved: Watermarks): Watermarks {
  const after = new Map(before);
  for (const [sessionId, watermark] of moved) after.set(sessionId, watermark);
  return [...after];
}
