/** What a mask room keeps for ever. Implemented in store/; one contract suite for every implementation. */
import type { FoldStore, StoredFold } from './folds/foldStore.ts';

export interface MaskRow {
  maskId: string;
  projectId: string;
  sectionId: string;
  taskId: string;
  epoch: number;
  width: number;
  height: number;
  /** Label values of the task's table. */
  labels: number[];
}

export interface LogEntry {
  maskId: string;
  epoch: number;
  sessionId: string;
  bytes: Uint8Array;
}

/** An entry of one mask's log in one epoch, at its place. */
export interface LoggedEntry {
  seq: number;
  sessionId: string;
  bytes: Uint8Array;
}

/** What became of one mask's entries of one epoch: all of them lie at firstSeq, firstSeq + 1, …, or none is kept. */
export interface AppendOutcome {
  maskId: string;
  epoch: number;
  firstSeq: number;
  count: number;
  /** NOT_FOUND: the mask is gone; CONFLICT: its epoch has ended. Nothing is kept then, and never will be. */
  refused?: 'NOT_FOUND' | 'CONFLICT';
}

/** Where a mask's log stands: `head` is the sequence number that its next entry gets. */
export interface MaskHead {
  maskId: string;
  epoch: number;
  head: number;
  /** Number of the last committed fold, 0 before the first. */
  fold: number;
}

/** All that a room needs of a mask at one moment. */
export interface OpenedMask {
  row: MaskRow;
  head: number;
  fold?: StoredFold;
  /** Of the row's epoch, in order, up to `head`; those that the fold's document holds are left out. */
  entries: LoggedEntry[];
}

export interface RoomStore extends FoldStore {
  findMask(maskId: string): Promise<MaskRow | undefined>;
  /** Row, head and log as they are at one moment, whatever is being written. */
  open(maskId: string): Promise<OpenedMask | undefined>;
  /** The log of one epoch in order: entries at `fromSeq` and above, those below `beforeSeq` only where it is given. */
  loadSince(maskId: string, epoch: number, fromSeq: number, beforeSeq?: number): Promise<LoggedEntry[]>;
  /** Where these masks stand now; those that are gone are left out. */
  heads(maskIds: string[]): Promise<MaskHead[]>;
  /**
   * Append entries of any masks in one transaction, and set the masks' counters; resolved = committed and flushed, but for
   * the masks that are refused. `labelled` is the absolute count after these entries. Sequence numbers are given here, from
   * 0 and without gaps, per mask and epoch, whichever servers append. One outcome for each mask and epoch.
   *
   * An attempt that failed may have been committed all the same (the answer got lost): tried again, its entries lie in the
   * log twice. That is harmless, entries say what the document holds afterwards; the sequence numbers are those of the
   * second copy, and the first looks like another server's.
   * @throws ProtocolError DATABASE_UNAVAILABLE: may be tried again.
   */
  append(entries: LogEntry[], counts: { maskId: string; labelled: number }[]): Promise<AppendOutcome[]>;
  /** Editing sessions of a mask with the Y clientIDs that each has used. */
  sessions(maskId: string): Promise<{ sessionId: string; userId: string | null; clientIds: number[] }[]>;
  /**
   * Register a session (or one more clientID of it) before its first update. Returns all clientIDs of the session, those
   * that were registered by other servers too.
   * @throws ProtocolError FORBIDDEN when the session or the clientID belongs to somebody else, NOT_FOUND.
   */
  registerSession(session: {
    maskId: string;
    sessionId: string;
    userId: string | null;
    clientId: number;
  }): Promise<number[]>;
}
