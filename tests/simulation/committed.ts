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

interface OfSession {
  readonly records: readonly StrokeRecord[];
  readonly strokeIds: ReadonlySet<number>;
}

export class Committed {
  /** Grows with every entry. */
  version = 0;
  private epoch = 0;
  private doc = new Y.Doc();
  /** Of ended epochs, what the next did not write again: it was folded by then, and stays. */
  private folded = new Map<string, StrokeRecord[]>();
  private readonly waiting: CommittedEntry[] = [];
  private readonly decoded = new WeakMap<Uint8Array, StrokeRecord>();
  private readonly sessions = new Map<string, OfSession>();

  /**
   * Pixels of the lawless session. Two servers that do not know yet what the other let in may both take a stroke number that
   * she uses twice; whether such a stroke shows is nobody's promise, as long as it is the same for everybody.
   */
  readonly doubtful = new Set<number>();

  constructor(
    private readonly size: { width: number; height: number },
    private readonly lawless: string,
  ) {}

  append(entry: CommittedEntry): void {
    this.waiting.push(entry);
    this.version++;
  }

  has(sessionId: string, strokeId: number): boolean {
    this.catchUp();
    return this.ofSession(sessionId).strokeIds.has(strokeId);
  }

  /** What is not undone; pieces of one stroke one by one. */
  strokes(): Stroke[] {
    this.catchUp();
    const sessionIds = new Set(this.folded.keys());
    for (const name of this.doc.share.keys()) sessionIds.add(name.slice(PREFIX.length));
    return [...sessionIds].flatMap((sessionId) =>
      this.ofSession(sessionId).records.map((record) => ({ ...record, sessionId })),
    );
  }

  private ofSession(sessionId: string): OfSession {
    const known = this.sessions.get(sessionId);
    if (known !== undefined) return known;
    const records = [...(this.folded.get(sessionId) ?? []), ...this.recordsInDocument(sessionId)];
    const made = { records, strokeIds: new Set(records.map(({ strokeId }) => strokeId)) };
    this.sessions.set(sessionId, made);
    return made;
  }

  private recordsInDocument(sessionId: string): StrokeRecord[] {
    const elements = this.doc.getArray<Uint8Array>(PREFIX + sessionId).toArray();
    return elements.map((bytes) => {
      let record = this.decoded.get(bytes);
      if (record === undefined) {
        record = decodeRecord(bytes, this.size);
        this.decoded.set(bytes, record);
        if (sessionId === this.lawless) this.doubt(record);
      }
      return record;
    });
  }

  private doubt({ runs }: StrokeRecord): void {
    for (let i = 0; i < runs.length; i += 3) {
      for (let x = runs[i + 1]!; x < runs[i + 2]!; x++) this.doubtful.add(runs[i]! * this.size.width + x);
    }
  }

  private catchUp(): void {
    if (this.waiting.length === 0) return;
    for (const { epoch, bytes } of this.waiting.splice(0)) {
      if (epoch === this.epoch) Y.applyUpdate(this.doc, bytes);
      else this.turnTo(epoch, bytes);
      this.recordsInDocument(this.lawless);
    }
    this.sessions.clear();
    if (this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null) {
      throw new Error('The log has a hole: a fresh server cannot load it.');
    }
  }

  /** What a new epoch begins with is live there, and may be undone there; the rest of the old one was folded. */
  private turnTo(epoch: number, bytes: Uint8Array): void {
    if (epoch !== this.epoch + 1) throw new Error(`Epoch ${epoch} was written after epoch ${this.epoch}.`);
    this.sessions.clear();
    const names = [...this.doc.share.keys()].map((name) => name.slice(PREFIX.length));
    const before = [...new Set([...names, ...this.folded.keys()])].map(
      (sessionId) => [sessionId, this.ofSession(sessionId).records] as const,
    );
    this.epoch = epoch;
    this.doc = new Y.Doc();
    Y.applyUpdate(this.doc, bytes);
    this.sessions.clear();
    const nameOf = ({ strokeId, part }: StrokeRecord) => `${strokeId}.${part}`;
    this.folded = new Map(
      before.map(([sessionId, records]) => {
        const rewritten = new Set(this.recordsInDocument(sessionId).map(nameOf));
        return [sessionId, records.filter((record) => !rewritten.has(nameOf(record)))];
      }),
    );
    this.sessions.clear();
  }
}
