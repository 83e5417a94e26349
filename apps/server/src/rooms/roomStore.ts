/** What a mask room keeps for ever. Implemented in store/; one contract suite for every implementation. */

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

export interface RoomStore {
  findMask(maskId: string): Promise<MaskRow | undefined>;
  /** The log of one epoch in order. */
  load(maskId: string, epoch: number): Promise<{ seq: number; sessionId: string; bytes: Uint8Array }[]>;
  /**
   * Append entries of any masks in one transaction, and set the masks' counters; resolved = committed and flushed.
   * `labelled` is the absolute count after these entries. Sequence numbers are given here, from 0 and without gaps, per
   * mask and epoch.
   * @throws ProtocolError DATABASE_UNAVAILABLE: may be tried again, doing it twice is harmless; NOT_FOUND: a mask is
   * gone; CONFLICT: an epoch has ended. Nothing of it is kept.
   */
  append(entries: LogEntry[], counts: { maskId: string; labelled: number }[]): Promise<void>;
  /** Editing sessions of a mask with the Y clientIDs that each has used. */
  sessions(maskId: string): Promise<{ sessionId: string; userId: string | null; clientIds: number[] }[]>;
  /**
   * Register a session (or one more clientID of it) before its first update.
   * @throws ProtocolError FORBIDDEN when the session or the clientID belongs to somebody else.
   */
  registerSession(session: {
    maskId: string;
    sessionId: string;
    userId: string | null;
    clientId: number;
  }): Promise<void>;
}
