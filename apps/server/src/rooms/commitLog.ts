/**
 * Group commit: updates of all rooms that come within some milliseconds share one transaction. Resolves what is committed
 * and nothing else; while the database is away it tries again and again, and bounds what waits. Knows no document.
 */
import { ProtocolError } from '@cotrace/protocol';
import type { Log } from '../log.ts';
import type { RoomLimits } from './roomLimits.ts';
import type { MaskRow, RoomStore } from './roomStore.ts';

export interface Write {
  readonly mask: MaskRow;
  readonly sessionId: string;
  readonly bytes: Uint8Array;
  /** Labelled pixels of the mask after this entry. */
  readonly labelled: number;
  /** Pixels that it newly labelled. */
  readonly painted: number;
}

export interface Committed {
  readonly mask: MaskRow;
  readonly labelled: number;
  readonly painted: number;
}

export interface CommitLog {
  /** Resolved = committed. Rejects only when the store refuses the mask's entries for good, or on `close`. */
  append(write: Write): Promise<void>;
  /** Resolves when all that was appended for the mask until now is committed; rejects with it. */
  settled(maskId: string): Promise<void>;
  isPending(maskId: string): boolean;
  /** More may not wait: refuse updates before applying them. */
  readonly isFull: boolean;
  /** The last attempt failed. */
  readonly isAway: boolean;
  /** Tries at once, and a last time; what cannot be committed within `closeMs` is rejected. */
  close(): Promise<void>;
}

interface Pending {
  readonly write: Write;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Bytes and entries of one transaction: what a database takes in some tens of milliseconds and one statement holds. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_BATCH_ENTRIES = 2_000;

export function createCommitLog({
  store,
  log,
  limits,
  onCommitted,
}: {
  store: Pick<RoomStore, 'append'>;
  log: Log;
  limits: RoomLimits;
  /** Once a mask and transaction, after the appends have resolved. */
  onCommitted(committed: Committed): void;
}): CommitLog {
  let queue: Pending[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let draining: Promise<void> | undefined;
  let isAway = false;
  let isClosing = false;
  let wake = () => {};
  const latest = new Map<string, Promise<void>>();

  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    if (draining === undefined && queue.length > 0) draining = drain();
    return draining;
  };

  const drain = async () => {
    while (queue.length > 0) await commit(takeBatch());
    // In the same step as the check above: an append that comes now must set the timer again.
    draining = undefined;
  };

  const takeBatch = (): Pending[] => {
    let bytes = 0;
    let count = 0;
    const end = Math.min(queue.length, MAX_BATCH_ENTRIES);
    while (count < end && (count === 0 || bytes < MAX_BATCH_BYTES)) {
      bytes += queue[count++]!.write.bytes.length;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  };

  const commit = async (batch: Pending[]): Promise<void> => {
    const committed = countsOf(batch);
    for (let waitMs = limits.firstRetryMs; ; waitMs = Math.min(waitMs * 2, limits.longestRetryMs)) {
      try {
        await store.append(
          batch.map(({ write: { mask, sessionId, bytes } }) => ({
            maskId: mask.maskId,
            epoch: mask.epoch,
            sessionId,
            bytes,
          })),
          committed.map(({ mask, labelled }) => ({ maskId: mask.maskId, labelled })),
        );
        break;
      } catch (error) {
        if (error instanceof ProtocolError && error.code === 'DATABASE_UNAVAILABLE') {
          if (!isAway)
            log.warn('Mask log: the database is away, trying again', { entries: batch.length, error });
          isAway = true;
          if (isClosing) return reject(batch, error);
          await pause(waitMs);
        } else if (committed.length > 1) {
          // One mask's trouble (deleted, epoch ended) must not hold up the others.
          for (const { mask } of committed) {
            await commit(batch.filter(({ write }) => write.mask.maskId === mask.maskId));
          }
          return;
        } else {
          log.error('Mask log: entries were refused for good', { maskId: committed[0]?.mask.maskId, error });
          return reject(batch, error);
        }
      }
    }
    if (isAway) log.info('Mask log: the database is back');
    isAway = false;
    release(batch);
    for (const { done } of batch) done();
    for (const counts of committed) onCommitted(counts);
  };

  const release = (batch: Pending[]) => {
    for (const { write } of batch) waitingBytes -= write.bytes.length;
  };

  const reject = (batch: Pending[], error: unknown) => {
    release(batch);
    for (const { failed } of batch) failed(error);
  };

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const waiting = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(waiting);
        resolve();
      };
    });

  return {
    append(write) {
      const { maskId } = write.mask;
      const appended = new Promise<void>((done, failed) => queue.push({ write, done, failed }));
      waitingBytes += write.bytes.length;
      latest.set(maskId, appended);
      const forget = () => {
        if (latest.get(maskId) === appended) latest.delete(maskId);
      };
      appended.then(forget, forget);
      if (draining === undefined) timer ??= setTimeout(start, isClosing ? 0 : limits.groupCommitMs);
      return appended;
    },
    settled: (maskId) => latest.get(maskId) ?? Promise.resolve(),
    isPending: (maskId) => latest.has(maskId),
    get isFull() {
      return waitingBytes >= limits.maxPendingBytes;
    },
    get isAway() {
      return isAway;
    },
    async close() {
      isClosing = true;
      wake();
      let late: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => {
        late = setTimeout(resolve, limits.closeMs);
      });
      await Promise.race([start(), tooLate]);
      clearTimeout(late);
      const left = queue;
      queue = [];
      if (left.length > 0) {
        log.error('Mask log: closed before everything was committed', { entries: left.length });
        reject(left, new ProtocolError('DATABASE_UNAVAILABLE'));
      }
    },
  };
}

function countsOf(batch: readonly Pending[]): Committed[] {
  const counts = new Map<string, Committed>();
  for (const { write } of batch) {
    const { maskId } = write.mask;
    const painted = (counts.get(maskId)?.painted ?? 0) + write.painted;
    counts.set(maskId, { mask: write.mask, labelled: write.labelled, painted });
  }
  return [...counts.values()];
}
