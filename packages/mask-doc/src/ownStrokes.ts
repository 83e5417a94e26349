/**
 * The strokes of this page's own session: painted, undone, redone, written again elsewhere. Writes into the own array only
 * and deletes own records only. Knows no socket.
 */
import { clip, encodeRecord, type Runs, type StrokeRecord, splitStroke } from '@cotrace/mask';
import * as Y from 'yjs';
import { MaskDocError } from './errors.ts';
import { arrayNameOf, recordId } from './layout.ts';
import type { MaskRecords } from './records.ts';

/** Bytes of one step: an update is one frame, and rooms take frames of 8 MiB with what else is in them. */
const MAX_STEP_BYTES = 6 * 1024 * 1024;

export interface Painted {
  readonly label: number;
  readonly runs: Runs;
}

export interface OwnStrokesOptions {
  readonly doc: Y.Doc;
  readonly records: MaskRecords;
  readonly sessionId: string | undefined;
  readonly labels: ReadonlySet<number> | undefined;
  readonly steps: Map<number, number> | undefined;
  /** Of the transactions. */
  readonly origin: () => unknown;
}

export class OwnStrokes {
  private readonly redoStack: StrokeRecord[][] = [];
  private readonly firstOfStep: Map<number, number>;

  constructor(private readonly options: OwnStrokesOptions) {
    this.firstOfStep = options.steps ?? new Map();
    if (options.sessionId !== undefined) options.doc.getArray<Uint8Array>(arrayNameOf(options.sessionId));
  }

  /** Throws READ_ONLY, LABEL_OUTSIDE_TABLE, UPDATE_TOO_LARGE. */
  paint(stroke: Painted): number | undefined {
    return this.paintTogether([stroke])[0];
  }

  /** Throws READ_ONLY, LABEL_OUTSIDE_TABLE, UPDATE_TOO_LARGE; nothing is written then. */
  paintTogether(strokes: readonly Painted[]): number[] {
    const { records, labels } = this.options;
    const { sessionId } = this.own();
    let strokeId = records.greatestStrokeIdOf(sessionId);
    let lamport = records.greatestLamport;
    const strokeIds: number[] = [];
    const written = strokes.flatMap(({ label, runs }) => {
      const inTable = label === 0 || labels === undefined || labels.has(label);
      if (!Number.isInteger(label) || label < 0 || label > 255 || !inTable) {
        throw new MaskDocError('LABEL_OUTSIDE_TABLE', `label ${label}`);
      }
      const inside = clip(runs, records.composition);
      if (inside.length === 0) return [];
      strokeIds.push(++strokeId);
      return splitStroke({ strokeId, lamport: ++lamport, label, runs: inside });
    });
    if (written.length === 0) return [];
    let bytes = 0;
    const encoded = written.map((record) => {
      const one = encodeRecord(record);
      bytes += one.length;
      if (bytes > MAX_STEP_BYTES)
        throw new MaskDocError('UPDATE_TOO_LARGE', `more than ${MAX_STEP_BYTES} bytes`);
      return one;
    });
    this.write(written, encoded);
    if (strokeIds.length > 1) this.firstOfStep.set(strokeId, strokeIds[0]!);
    this.redoStack.length = 0;
    return strokeIds;
  }

  /** The latest own stroke that may still be undone: what is older may have been folded, somewhere, by now. */
  private get undoable(): number | undefined {
    const { records, sessionId = '' } = this.options;
    const last = records.strokesOf(sessionId)?.greatestLive ?? 0;
    // What was painted together goes together, or not at all.
    const first = this.firstOfStep.get(last) ?? last;
    return first > this.horizon && first > records.foldingUpTo(sessionId) ? last : undefined;
  }

  private get horizon(): number {
    const { records, sessionId = '' } = this.options;
    return records.greatestStrokeIdOf(sessionId) - records.undoHorizon;
  }

  get canUndo(): boolean {
    return this.undoable !== undefined;
  }

  get undoLimit(): 'none' | 'horizon' {
    const { records, sessionId = '' } = this.options;
    if (this.canUndo) return 'none';
    const hasStrokes = (records.strokesOf(sessionId)?.size ?? 0) > 0;
    return hasStrokes || records.watermarks.get(sessionId) !== undefined ? 'horizon' : 'none';
  }

  undo(): boolean {
    const strokeId = this.undoable;
    if (strokeId === undefined) return false;
    const first = this.firstOfStep.get(strokeId) ?? strokeId;
    this.redoStack.push(
      this.erase(new Set(Array.from({ length: strokeId - first + 1 }, (_, i) => first + i))),
    );
    return true;
  }

  get canRedo(): boolean {
    this.dropFolded();
    return this.redoStack.length > 0;
  }

  redo(): boolean {
    this.dropFolded();
    const records = this.redoStack.pop();
    if (records === undefined) return false;
    this.write(records);
    return true;
  }

  /** Writes records as they are. */
  restore(records: readonly StrokeRecord[]): void {
    if (records.length > 0) this.write(records);
  }

  /** Deletes the live records of these strokes; their ids are used up all the same. */
  withdraw(strokeIds: ReadonlySet<number>): void {
    const { sessionId } = this.own();
    for (const strokeId of strokeIds) this.options.records.see(sessionId, { strokeId });
    this.erase(strokeIds);
  }

  /** What a fold has overtaken since it was undone stays undone for ever. */
  private dropFolded(): void {
    const { records, sessionId = '' } = this.options;
    const isLost = ({ strokeId }: StrokeRecord) =>
      strokeId <= this.horizon || records.watermarks.covers(sessionId, strokeId);
    while (this.redoStack.length > 0 && this.redoStack.at(-1)!.some(isLost)) this.redoStack.pop();
  }

  private own(): { sessionId: string; array: Y.Array<Uint8Array> } {
    const { doc, sessionId } = this.options;
    if (sessionId === undefined) throw new MaskDocError('READ_ONLY');
    return { sessionId, array: doc.getArray<Uint8Array>(arrayNameOf(sessionId)) };
  }

  private write(written: readonly StrokeRecord[], encoded = written.map(encodeRecord)): void {
    const { doc, records, origin } = this.options;
    const { array } = this.own();
    const clock = Y.getState(doc.store, doc.clientID);
    written.forEach((record, i) => {
      records.expect(recordId(doc.clientID, clock + i), record);
    });
    doc.transact(() => array.push(encoded), origin());
  }

  /** The only deletion there is: own array, own records, found by identity. */
  private erase(strokeIds: ReadonlySet<number>): StrokeRecord[] {
    const { doc, records, origin } = this.options;
    const { sessionId, array } = this.own();
    const doomed = [...strokeIds].flatMap((strokeId) => records.recordsOfStroke(sessionId, strokeId));
    if (doomed.length === 0) return [];
    const bytes = new Set(doomed.map((item) => item.bytes));
    doc.transact(() => {
      const elements = array.toArray();
      for (let i = elements.length - 1; i >= 0 && bytes.size > 0; i--) {
        if (bytes.delete(elements[i]!)) array.delete(i);
      }
    }, origin());
    return doomed.map(({ record }) => record);
  }
}
