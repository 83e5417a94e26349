/**
 * Group commit: updates of all rooms that come within some milliseconds share one transaction. Resolves what is committed
 * and nothing else; while the database is away it tries again and again, and bounds what waits. Knows no document.
 */
import { ProtocolError } from '@cotrace/protocol';
import type { Log } from '../log.ts';
import type { RoomLimits } from './roomLimits.ts';
import type { AppendOutcome, LogEntry, MaskRow, RoomStore } from './roomStore.ts';

/** Whose entries they are: one room. */
export interface LogWriter {
  readonly row: MaskRow;
  /** Of the mask as it is now, everything that was appended until now included. */
  readonly labelledPixels: number;
  /** Its entries are committed, and this is where they lie. */
  appended(outcome: AppendOutcome): void;
}

export interface Write {
  readonly sessionId: string;
  readonly bytes: Uint8Array;
  /** Pixels that it newly labelled. */
  readonly painted: number;
}

export interface Committed {
  readonly mask: MaskRow;
  readonly labelled: number;
  readonly painted: number;
}

export interface CommitLog {
  /**
   * Resolved = committed: one promise for all that a writer's commit holds. Rejects only when the store refuses the mask's
   * entries for good, or on `close`.
   */
  append(writer: LogWriter, write: Write): Promise<void>;
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

/** What one writer has in one transaction. */
interface Share {
  readonly writer: LogWriter;
  readonly epoch: number;
  readonly entries: LogEntry[];
  painted: number;
  readonly promise: Promise<void>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** One transaction: entries in the order in which they came, and the same by writer. */
interface Batch {
  entries: LogEntry[];
  readonly shares: Map<LogWriter, Share>;
  bytes: number;
}

/** Bytes and entries of one transaction: what a database takes in some tens of milliseconds and one statement holds. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_BATCH_ENTRIES = 2_000;

const SETTLED = Promise.resolve();

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
  /** The last one still takes entries; the one that is being committed is not here any more. */
  let queue: Batch[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let draining: Promise<void> | undefined;
  let isAway = false;
  let isClosing = false;
  let wake = () => {};
  const latest = new Map<string, Promise<void>>();
  /** Something of theirs is not kept: whatever follows it would leave a hole in the log, and is not kept either. */
  const failedWriters = new WeakMap<LogWriter, unknown>();

  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    if (draining === undefined && queue.length > 0) draining = drain();
    return draining;
  };

  const drain = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) await commit(batch);
    // In the same step as the last look at the queue: an append that comes now must set the timer again.
    draining = undefined;
  };

  const formingBatch = (): Batch => {
    const last = queue.at(-1);
    if (last !== undefined && last.bytes < MAX_BATCH_BYTES && last.entries.length < MAX_BATCH_ENTRIES) {
      return last;
    }
    const batch = { entries: [], shares: new Map(), bytes: 0 };
    queue.push(batch);
    return batch;
  };

  const shareOf = (batch: Batch, writer: LogWriter): Share => {
    const known = batch.shares.get(writer);
    if (known !== undefined) return known;
    const { maskId, epoch } = writer.row;
    let done = () => {};
    let failed: (error: unknown) => void = () => {};
    const promise = new Promise<void>((resolve, reject) => {
      done = resolve;
      failed = reject;
    });
    const share = { writer, epoch, entries: [], painted: 0, promise, done, failed };
    batch.shares.set(writer, share);
    latest.set(maskId, promise);
    const forget = () => {
      if (latest.get(maskId) === promise) latest.delete(maskId);
    };
    promise.then(forget, forget);
    return share;
  };

  const fail = ({ writer, failed }: Share, error: unknown) => {
    failedWriters.set(writer, error);
    failed(error);
  };

  const dropWhatFollowsAHole = (batch: Batch) => {
    for (const share of [...batch.shares.values()]) {
      const error = failedWriters.get(share.writer);
      if (error === undefined) continue;
      const dropped = batchOf(share);
      batch.shares.delete(share.writer);
      batch.entries = batch.entries.filter((entry) => !dropped.entries.includes(entry));
      batch.bytes -= dropped.bytes;
      reject(dropped, error);
    }
  };

  const commit = async (batch: Batch): Promise<void> => {
    dropWhatFollowsAHole(batch);
    if (batch.entries.length === 0) return;
    const shares = [...batch.shares.values()];
    for (let waitMs = limits.firstRetryMs; ; waitMs = Math.min(waitMs * 2, limits.longestRetryMs)) {
      const counts = shares.map(({ writer }) => ({
        maskId: writer.row.maskId,
        labelled: writer.labelledPixels,
      }));
      try {
        const outcomes = await store.append(batch.entries, counts);
        if (isAway) log.info('Mask log: the database is back');
        isAway = false;
        waitingBytes -= batch.bytes;
        for (const [i, share] of shares.entries()) settle(share, outcomes, counts[i]!.labelled);
        return;
      } catch (error) {
        if (error instanceof ProtocolError && error.code === 'DATABASE_UNAVAILABLE') {
          if (!isAway)
            log.warn('Mask log: the database is away, trying again', {
              entries: batch.entries.length,
              error,
            });
          isAway = true;
          if (isClosing) return reject(batch, error);
          await pause(waitMs);
        } else if (shares.length > 1) {
          // One mask's trouble must not hold up the others.
          for (const share of shares) await commit(batchOf(share));
          return;
        } else {
          log.error('Mask log: entries were refused for good', { maskId: counts[0]?.maskId, error });
          return reject(batch, error);
        }
      }
    }
  };

  const settle = (share: Share, outcomes: readonly AppendOutcome[], labelled: number) => {
    const { writer, epoch, painted, done } = share;
    const { maskId } = writer.row;
    const outcome = outcomes.find((each) => each.maskId === maskId && each.epoch === epoch);
    if (outcome === undefined || outcome.refused !== undefined) {
      const error = new ProtocolError(outcome?.refused ?? 'INTERNAL');
      log.warn('Mask log: entries were refused for good', { maskId, error });
      return fail(share, error);
    }
    writer.appended(outcome);
    done();
    onCommitted({ mask: writer.row, labelled, painted });
  };

  const reject = (batch: Batch, error: unknown) => {
    waitingBytes -= batch.bytes;
    for (const share of batch.shares.values()) fail(share, error);
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
    append(writer, { sessionId, bytes, painted }) {
      const batch = formingBatch();
      const share = shareOf(batch, writer);
      const entry = { maskId: writer.row.maskId, epoch: share.epoch, sessionId, bytes };
      batch.entries.push(entry);
      share.entries.push(entry);
      share.painted += painted;
      batch.bytes += bytes.length;
      waitingBytes += bytes.length;
      if (draining === undefined) timer ??= setTimeout(start, isClosing ? 0 : limits.groupCommitMs);
      return share.promise;
    },
    settled: (maskId) => latest.get(maskId) ?? SETTLED,
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
      if (left.length > 0)
        log.error('Mask log: closed before everything was committed', { batches: left.length });
      for (const batch of left) reject(batch, new ProtocolError('DATABASE_UNAVAILABLE'));
    },
  };
}

/** A batch of one writer alone. */
function batchOf(share: Share): Batch {
  const bytes = share.entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
  return { entries: share.entries, shares: new Map([[share.writer, share]]), bytes };
}
