/**
 * What the store has committed of one mask, read from its log alone: the log is complete for ever, folds are not in it.
 * Tells what a fresh server must show. Uses Yjs and the record's bytes, not the mask document.
 */
import { decodeRecord, type StrokeRecord } from '@cotrace/mask';
import * as Y from 'yjs';
import type { Stroke } from './ledger.ts';

export interface CommittedEntry {
  readonly epoch: number;
  readonly bytes: Uint8Array;
}

const PREFIX = 'ops:';

export class Committed {
  /** Grows with every entry. */
  version = 0;
  private epoch = 0;
  private doc = new Y.Doc();
  /** Of ended epochs, what the next did not write again: it was folded by then, and stays. */
  private readonly folded = new Map<string, { sessionId: string; record: StrokeRecord }>();
  private readonly waiting: CommittedEntry[] = [];
  private readonly decoded = new WeakMap<Uint8Array, StrokeRecord>();
  private readonly sessions = new Map<string, ReadonlyMap<string, StrokeRecord>>();

  constructor(private readonly size: { width: number; height: number }) {}

  append(entry: CommittedEntry): void {
    this.waiting.push(entry);
    this.version++;
  }

  /** Live records of a session by stroke and part. */
  recordsOf(sessionId: string): ReadonlyMap<string, StrokeRecord> {
    this.catchUp();
    const known = this.sessions.get(sessionId);
    if (known !== undefined) return known;
    const records = new Map<string, StrokeRecord>();
    for (const { sessionId: owner, record } of this.folded.values()) {
      if (owner === sessionId) records.set(`${record.strokeId}.${record.part}`, record);
    }
    for (const bytes of this.doc.getArray<Uint8Array>(PREFIX + sessionId).toArray()) {
      let record = this.decoded.get(bytes);
      if (record === undefined) {
        record = decodeRecord(bytes, this.size);
        this.decoded.set(bytes, record);
      }
      records.set(`${record.strokeId}.${record.part}`, record);
    }
    this.sessions.set(sessionId, records);
    return records;
  }

  has(sessionId: string, strokeId: number): boolean {
    return this.recordsOf(sessionId).has(`${strokeId}.0`);
  }

  strokes(): Stroke[] {
    this.catchUp();
    const sessionIds = new Set([...this.folded.values()].map(({ sessionId }) => sessionId));
    for (const name of this.doc.share.keys()) sessionIds.add(name.slice(PREFIX.length));
    return [...sessionIds].flatMap((sessionId) =>
      [...this.recordsOf(sessionId).values()].map((record) => ({ ...record, sessionId })),
    );
  }

  private catchUp(): void {
    if (this.waiting.length === 0) return;
    for (const { epoch, bytes } of this.waiting.splice(0)) {
      const isFirst = epoch !== this.epoch;
      if (isFirst) this.turnTo(epoch);
      Y.applyUpdate(this.doc, bytes);
      this.sessions.clear();
      if (isFirst) this.forgetRewritten();
    }
    if (this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null) {
      throw new Error('The log has a hole: a fresh server cannot load it.');
    }
  }

  private turnTo(epoch: number): void {
    if (epoch !== this.epoch + 1) throw new Error(`Epoch ${epoch} was written after epoch ${this.epoch}.`);
    for (const name of [...this.doc.share.keys()]) {
      const sessionId = name.slice(PREFIX.length);
      for (const [part, record] of this.recordsOf(sessionId)) {
        this.folded.set(`${sessionId}:${part}`, { sessionId, record });
      }
    }
    this.epoch = epoch;
    this.doc = new Y.Doc();
  }

  /** What a new epoch begins with is live there, and may be undone there. */
  private forgetRewritten(): void {
    for (const name of this.doc.share.keys()) {
      const sessionId = name.slice(PREFIX.length);
      for (const bytes of this.doc.getArray<Uint8Array>(name).toArray()) {
        const { strokeId, part } = decodeRecord(bytes, this.size);
        this.folded.delete(`${sessionId}:${strokeId}.${part}`);
      }
    }
  }
}
