/**
 * A mask as a live document: paints, undoes and redoes own strokes, and keeps the composition in step with everyone's records.
 * Knows no socket and no server; refuses to paint without a session, and never touches another session's records.
 */
import {
  type Box,
  boundingBox,
  type Composition,
  clip,
  createComposition,
  decodeRecord,
  encodeRecord,
  MaskError,
  type Runs,
  type StrokeRecord,
  splitStroke,
} from '@cotrace/mask';
import type * as Y from 'yjs';
import type { ClockRange } from './deleteSet.ts';
import { MaskDocError } from './errors.ts';
import {
  arrayNameOf,
  createSessionLookup,
  type RecordItem,
  recordId,
  recordItemOf,
  structsBetween,
} from './layout.ts';

export interface MaskDocOptions {
  readonly doc: Y.Doc;
  readonly width: number;
  readonly height: number;
  /** The editing session that paints; without it the mask is read-only. */
  readonly sessionId?: string;
  /** Which labels may be painted (0, the eraser, always may). Reading takes any: tables change, pixels must not. */
  readonly labels?: ReadonlySet<number>;
}

export interface MaskChange {
  /** Tiles of the composition to draw again. */
  readonly tiles: number[];
  /** Pixels that came to show another label than 0. */
  readonly painted: number;
  /** Whether this page made the change. */
  readonly local: boolean;
  readonly sessions: string[];
}

/** What one local transaction did in the own array: what must be committed before its strokes are saved. */
export interface OwnAction {
  readonly strokeIds: number[];
  readonly written: readonly ClockRange[];
  readonly deleted: readonly ClockRange[];
}

export interface LiveRecord extends RecordItem {
  readonly record: StrokeRecord;
}

export interface MaskDoc {
  readonly doc: Y.Doc;
  readonly sessionId: string | undefined;
  readonly composition: Composition;
  /** Greatest lamport seen since opening, undone strokes included. */
  readonly greatestLamport: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Elements that are no valid records, shown as nothing; a server that inspects updates never lets one in. */
  readonly unreadable: readonly { id: string; sessionId: string; error: MaskError }[];
  onChange(listener: (change: MaskChange) => void): () => void;
  onOwnAction(listener: (action: OwnAction) => void): () => void;
  /** Writes one stroke in one transaction; returns its id, or undefined when it covers nothing of the mask. Throws READ_ONLY, LABEL_OUTSIDE_TABLE. */
  paint(stroke: { readonly label: number; readonly runs: Runs }): number | undefined;
  /** Takes the latest own stroke of this page back; false when there is none. */
  undo(): boolean;
  /** Writes it again under the same lamport; false when there is none. */
  redo(): boolean;
  /** Live strokes of a session. */
  strokeCountOf(sessionId: string): number;
  /** Box of the session's live stroke with the greatest lamport. */
  lastStrokeBounds(sessionId: string): Box | undefined;
  liveRecordsOf(sessionId: string): LiveRecord[];
  /** Writes records of the own session as they are, without touching the undo stack. */
  restore(records: readonly StrokeRecord[]): void;
  /** Deletes all live own records of these strokes, without touching the undo stack. */
  withdraw(strokeIds: ReadonlySet<number>): void;
  destroy(): void;
}

/** Throws MaskError MASK_TOO_LARGE. */
export function openMaskDoc({ doc, width, height, sessionId, labels }: MaskDocOptions): MaskDoc {
  const composition = createComposition({ width, height });
  const sessionOf = createSessionLookup(doc);
  const live = new Map<string, LiveRecord>();
  const strokes = new Map<string, Map<number, Set<string>>>();
  const unreadable = new Map<string, { id: string; sessionId: string; error: MaskError }>();
  const changeListeners = new Set<(change: MaskChange) => void>();
  const actionListeners = new Set<(action: OwnAction) => void>();
  const undoStack: StrokeRecord[][] = [];
  const redoStack: StrokeRecord[][] = [];
  let greatestLamport = 0;
  let greatestStrokeId = 0;
  if (sessionId !== undefined) doc.getArray<Uint8Array>(arrayNameOf(sessionId));

  /** A batch of arrivals and departures, folded into the composition at once. */
  const take = (arrived: Iterable<RecordItem>, departed: Iterable<string>) => {
    const tiles = new Set<number>();
    const sessions = new Set<string>();
    const removed: string[] = [];
    let painted = 0;
    for (const id of departed) {
      unreadable.delete(id);
      const gone = live.get(id);
      if (gone === undefined) continue;
      live.delete(id);
      removed.push(id);
      sessions.add(gone.sessionId);
      const ofSession = strokes.get(gone.sessionId)!;
      const ofStroke = ofSession.get(gone.record.strokeId)!;
      ofStroke.delete(id);
      if (ofStroke.size === 0) ofSession.delete(gone.record.strokeId);
    }
    const note = (change: { tiles: number[]; painted: number }) => {
      for (const tile of change.tiles) tiles.add(tile);
      painted += change.painted;
    };
    if (removed.length > 0) note(composition.removeAll(removed));
    for (const item of arrived) {
      const record = readRecord(item);
      if (record === undefined) continue;
      const entry = { ...item, record };
      live.set(item.id, entry);
      sessions.add(item.sessionId);
      greatestLamport = Math.max(greatestLamport, record.lamport);
      if (item.sessionId === sessionId) greatestStrokeId = Math.max(greatestStrokeId, record.strokeId);
      const ofSession = entryOf(strokes, item.sessionId, () => new Map<number, Set<string>>());
      entryOf(ofSession, record.strokeId, () => new Set<string>()).add(item.id);
      note(composition.add({ id: item.id, sessionId: item.sessionId, record }));
    }
    return { tiles: [...tiles], painted, sessions: [...sessions] };
  };

  const readRecord = (item: RecordItem): StrokeRecord | undefined => {
    try {
      return decodeRecord(item.bytes, { width, height });
    } catch (error) {
      if (!(error instanceof MaskError)) throw error;
      unreadable.set(item.id, { id: item.id, sessionId: item.sessionId, error });
      return undefined;
    }
  };

  const onTransaction = (transaction: Y.Transaction) => {
    const arrived: RecordItem[] = [];
    for (const [client, to] of transaction.afterState) {
      const from = transaction.beforeState.get(client) ?? 0;
      for (const struct of structsBetween(doc, client, from, to)) {
        const item = recordItemOf(struct, sessionOf);
        if (item !== undefined) arrived.push(item);
      }
    }
    const departed: LiveRecord[] = [];
    const departedIds: string[] = [];
    for (const [client, ranges] of transaction.deleteSet.clients) {
      for (const { clock, len } of ranges) {
        // A range that arrives deleted already holds nothing that was ever live here.
        const end = Math.min(clock + len, transaction.beforeState.get(client) ?? 0);
        for (let at = clock; at < end; at++) {
          const id = recordId(client, at);
          const gone = live.get(id);
          if (gone !== undefined) departed.push(gone);
          departedIds.push(id);
        }
      }
    }
    if (arrived.length === 0 && departedIds.length === 0) return;
    const change = take(arrived, departedIds);
    if (change.sessions.length === 0) return;
    if (transaction.local) {
      const action = ownAction(arrived, departed);
      if (action !== undefined) for (const listener of actionListeners) listener(action);
    }
    for (const listener of changeListeners) listener({ ...change, local: transaction.local });
  };

  const ownAction = (arrived: RecordItem[], departed: LiveRecord[]): OwnAction | undefined => {
    const own = (item: RecordItem) => item.sessionId === sessionId;
    const toRange = ({ client, clock }: RecordItem): ClockRange => ({ client, clock, length: 1 });
    const written = arrived.filter(own);
    const deleted = departed.filter(own);
    const strokeIds = new Set<number>();
    for (const { id } of written) {
      const entry = live.get(id);
      if (entry !== undefined) strokeIds.add(entry.record.strokeId);
    }
    for (const { record } of deleted) strokeIds.add(record.strokeId);
    if (strokeIds.size === 0) return undefined;
    return { strokeIds: [...strokeIds], written: written.map(toRange), deleted: deleted.map(toRange) };
  };

  const ownArray = (): Y.Array<Uint8Array> => {
    if (sessionId === undefined) throw new MaskDocError('READ_ONLY');
    return doc.getArray<Uint8Array>(arrayNameOf(sessionId));
  };

  const write = (records: readonly StrokeRecord[]) => {
    const array = ownArray();
    doc.transact(() => array.push(records.map(encodeRecord)), maskDoc);
  };

  /** The only deletion there is: own array, own records, found by identity. */
  const erase = (strokeIds: ReadonlySet<number>): StrokeRecord[] => {
    const array = ownArray();
    const doomed = liveRecordsOf(sessionId!).filter(({ record }) => strokeIds.has(record.strokeId));
    if (doomed.length === 0) return [];
    const bytes = new Set(doomed.map((item) => item.bytes));
    doc.transact(() => {
      const elements = array.toArray();
      for (let i = elements.length - 1; i >= 0; i--) if (bytes.has(elements[i]!)) array.delete(i);
    }, maskDoc);
    return doomed.map(({ record }) => record);
  };

  const liveRecordsOf = (session: string): LiveRecord[] =>
    [...(strokes.get(session)?.values() ?? [])].flatMap((ids) => [...ids].map((id) => live.get(id)!));

  const isLive = (records: readonly StrokeRecord[]) =>
    strokes.get(sessionId ?? '')?.has(records[0]!.strokeId) === true;

  const maskDoc: MaskDoc = {
    doc,
    sessionId,
    composition,
    get greatestLamport() {
      return greatestLamport;
    },
    get canUndo() {
      return undoStack.some(isLive);
    },
    get canRedo() {
      return redoStack.length > 0;
    },
    get unreadable() {
      return [...unreadable.values()];
    },
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    onOwnAction(listener) {
      actionListeners.add(listener);
      return () => actionListeners.delete(listener);
    },
    paint({ label, runs }) {
      ownArray();
      if (
        !Number.isInteger(label) ||
        label < 0 ||
        label > 255 ||
        (label !== 0 && labels?.has(label) === false)
      ) {
        throw new MaskDocError('LABEL_OUTSIDE_TABLE', `label ${label}`);
      }
      const strokeId = greatestStrokeId + 1;
      const lamport = greatestLamport + 1;
      const records = splitStroke({ strokeId, lamport, label, runs: clip(runs, composition) });
      if (records.length === 0) return undefined;
      write(records);
      greatestStrokeId = strokeId;
      undoStack.push(records);
      redoStack.length = 0;
      return strokeId;
    },
    undo() {
      // A stroke that somebody folded or withdrew meanwhile is passed over.
      for (let records = undoStack.pop(); records !== undefined; records = undoStack.pop()) {
        const erased = erase(new Set([records[0]!.strokeId]));
        if (erased.length === 0) continue;
        redoStack.push(records);
        return true;
      }
      return false;
    },
    redo() {
      const records = redoStack.pop();
      if (records === undefined) return false;
      write(records);
      undoStack.push(records);
      return true;
    },
    strokeCountOf: (session) => strokes.get(session)?.size ?? 0,
    lastStrokeBounds(session) {
      const records = liveRecordsOf(session).map(({ record }) => record);
      const last = records.reduce((greatest, { lamport }) => Math.max(greatest, lamport), 0);
      const boxes = records.filter(({ lamport }) => lamport === last).map(({ runs }) => boundingBox(runs)!);
      if (boxes.length === 0) return undefined;
      return {
        x0: Math.min(...boxes.map(({ x0 }) => x0)),
        y0: Math.min(...boxes.map(({ y0 }) => y0)),
        x1: Math.max(...boxes.map(({ x1 }) => x1)),
        y1: Math.max(...boxes.map(({ y1 }) => y1)),
      };
    },
    liveRecordsOf,
    restore(records) {
      if (records.length > 0) write(records);
    },
    withdraw(strokeIds) {
      erase(strokeIds);
    },
    destroy() {
      doc.off('afterTransaction', onTransaction);
      changeListeners.clear();
      actionListeners.clear();
    },
  };

  const present: RecordItem[] = [];
  for (const client of doc.store.clients.keys()) {
    for (const struct of structsBetween(doc, client, 0, Number.POSITIVE_INFINITY)) {
      const item = recordItemOf(struct, sessionOf);
      if (item !== undefined) present.push(item);
    }
  }
  take(present, []);
  doc.on('afterTransaction', onTransaction);
  return maskDoc;
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
