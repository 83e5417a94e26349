/**
 * A mask as a live document: keeps the picture in step with everyone's records, and tells what changed. Knows no socket and
 * no server; refuses to paint without a session, and never touches another session's records.
 */
import { type Box, type Composition, decodeRecordHead, type StrokeRecord } from '@cotrace/mask';
import type * as Y from 'yjs';
import type { Base, FoldNotice } from './base.ts';
import type { ClockRange } from './deleteSet.ts';
import { type FoldJob, type FoldPlan, followFold, planFold } from './folding.ts';
import { createSessionLookup, type RecordItem, recordId, recordItemOf, structsBetween } from './layout.ts';
import { OwnStrokes, type Painted } from './ownStrokes.ts';
import { type LiveRecord, MaskRecords, type RecordsChange, type UnreadableRecord } from './records.ts';
import type { SessionState } from './sessionStrokes.ts';
import type { Watermark, Watermarks } from './watermarks.ts';

export interface MaskDocOptions {
  readonly doc: Y.Doc;
  readonly width: number;
  readonly height: number;
  /** The editing session that paints; without it the mask is read-only. */
  readonly sessionId?: string;
  /** Which labels may be painted (0, the eraser, always may). Reading takes any: tables change, pixels must not. */
  readonly labels?: ReadonlySet<number>;
  /** Greatest stroke id and lamport that the session has used in an earlier document, as far as known: none is used twice. */
  readonly used?: Watermark;
  /**
   * Strokes that are one step of undo, the first one's id by the last one's: read and written here. The same map for all
   * documents of a session, or only the one that painted them takes them back together.
   */
  readonly steps?: Map<number, number> | undefined;
  /** `UNDO_HORIZON` unless given; the same for everybody who has the mask open. */
  readonly undoHorizon?: number | undefined;
  /** What is folded already: known before the records, it need not be drawn twice. */
  readonly base?: Base;
  /** How many tiles of the composition stay decoded. */
  readonly maxPlanes?: number;
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

export interface MaskDoc {
  readonly doc: Y.Doc;
  readonly sessionId: string | undefined;
  readonly composition: Composition;
  /** Greatest lamport seen since opening, undone strokes included. */
  readonly greatestLamport: number;
  /** Of the newest fold laid under the records; 0 before the first. */
  readonly foldNumber: number;
  /** How far each session is folded, in the order of the tiles' session numbers. */
  readonly watermarks: Watermarks;
  readonly canUndo: boolean;
  /** Why nothing (more) can be undone: 'none' painted, or all of it beyond the 'horizon' of 200 strokes. */
  readonly undoLimit: 'none' | 'horizon';
  readonly canRedo: boolean;
  /** Elements that are no valid records, shown as nothing; a server that inspects updates never lets one in. */
  readonly unreadable: readonly UnreadableRecord[];
  onChange(listener: (change: MaskChange) => void): () => void;
  onOwnAction(listener: (action: OwnAction) => void): () => void;
  /**
   * Writes one stroke in one transaction; returns its id, or undefined when it covers nothing of the mask. Throws READ_ONLY,
   * LABEL_OUTSIDE_TABLE, UPDATE_TOO_LARGE.
   */
  paint(stroke: Painted): number | undefined;
  /** Writes several strokes, later ones above earlier ones, that undo and redo take together; throws like `paint`. */
  paintTogether(strokes: readonly Painted[]): number[];
  /** Takes the latest own stroke back; false when there is none, or none within the horizon. */
  undo(): boolean;
  /** Writes it again under the same lamport; false when there is none. */
  redo(): boolean;
  /** Greatest stroke id of a session that was seen live or folded, or painted here; undo does not lower it. */
  greatestStrokeIdOf(sessionId: string): number;
  /** What an update of the session is judged by. */
  sessionState(sessionId: string): SessionState;
  /** Records of an update that is about to be applied: decoded for its inspection, not decoded again. */
  expectRecords(records: readonly { readonly id: string; readonly record: StrokeRecord }[]): void;
  /** Lays folded tiles under the records and moves the watermarks. Throws BASE_MALFORMED; MaskError TILE_BROKEN. */
  setBase(base: Base): void;
  /**
   * Follows a server's fold with the records that are here. Undefined when they are not exactly those, or while another fold is
   * running: ask for the base. The caller steps the job; that its records are deleted meanwhile is expected.
   */
  followFold(notice: FoldNotice): FoldJob | undefined;
  /** What could be folded now; undefined when it is less than `atLeast` records, or while another fold is running. */
  planFold(plan: FoldPlan): FoldJob | undefined;
  /** Live strokes of a session. */
  strokeCountOf(sessionId: string): number;
  /** Box of the session's live stroke with the greatest lamport. */
  lastStrokeBounds(sessionId: string): Box | undefined;
  liveRecordsOf(sessionId: string): LiveRecord[];
  /** Writes records of the own session as they are, what is there already included. */
  restore(records: readonly StrokeRecord[]): void;
  /** Deletes all live own records of these strokes, not to be redone. */
  withdraw(strokeIds: ReadonlySet<number>): void;
  destroy(): void;
}

/** Throws MaskError MASK_TOO_LARGE. */
export function openMaskDoc(options: MaskDocOptions): MaskDoc {
  const { doc, width, height, sessionId, labels, steps, undoHorizon, maxPlanes } = options;
  const size = maxPlanes === undefined ? { width, height } : { width, height, maxPlanes };
  const records = new MaskRecords(size, undoHorizon);
  const { composition } = records;
  const sessionOf = createSessionLookup(doc);
  const changeListeners = new Set<(change: MaskChange) => void>();
  const actionListeners = new Set<(action: OwnAction) => void>();
  const own = new OwnStrokes({ doc, records, sessionId, labels, steps, origin: () => maskDoc });
  if (sessionId !== undefined && options.used !== undefined) records.see(sessionId, options.used);

  const tell = (change: RecordsChange, local = false) => {
    for (const listener of changeListeners) listener({ ...change, local });
  };

  const onTransaction = (transaction: Y.Transaction) => {
    const arrived: RecordItem[] = [];
    for (const [client, to] of transaction.afterState) {
      const from = transaction.beforeState.get(client) ?? 0;
      if (from === to) continue;
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
          const gone = records.get(id);
          if (gone !== undefined) departed.push(gone);
          departedIds.push(id);
        }
      }
    }
    if (arrived.length === 0 && departedIds.length === 0) return;
    const change = records.take(arrived, departedIds);
    if (transaction.local) {
      const action = ownAction(arrived, departed);
      if (action !== undefined) for (const listener of actionListeners) listener(action);
    }
    if (change.sessions.length > 0) tell(change, transaction.local);
  };

  const ownAction = (arrived: RecordItem[], departed: LiveRecord[]): OwnAction | undefined => {
    const isOwn = (item: RecordItem) => item.sessionId === sessionId;
    const toRange = ({ client, clock }: RecordItem): ClockRange => ({ client, clock, length: 1 });
    const written = arrived.filter(isOwn);
    const deleted = departed.filter(isOwn);
    const strokeIds = new Set<number>();
    for (const { id } of written) {
      const entry = records.get(id);
      if (entry !== undefined) strokeIds.add(entry.strokeId);
    }
    for (const { strokeId } of deleted) strokeIds.add(strokeId);
    if (strokeIds.size === 0) return undefined;
    return { strokeIds: [...strokeIds], written: written.map(toRange), deleted: deleted.map(toRange) };
  };

  const maskDoc: MaskDoc = {
    doc,
    sessionId,
    composition,
    get greatestLamport() {
      return records.greatestLamport;
    },
    get foldNumber() {
      return records.foldNumber;
    },
    get watermarks() {
      return records.watermarks.all;
    },
    get canUndo() {
      return own.canUndo;
    },
    get undoLimit() {
      return own.undoLimit;
    },
    get canRedo() {
      return own.canRedo;
    },
    get unreadable() {
      return [...records.unreadable.values()];
    },
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    onOwnAction(listener) {
      actionListeners.add(listener);
      return () => actionListeners.delete(listener);
    },
    paint: (stroke) => own.paint(stroke),
    paintTogether: (strokes) => own.paintTogether(strokes),
    undo: () => own.undo(),
    redo: () => own.redo(),
    restore: (written) => own.restore(written),
    withdraw: (strokeIds) => own.withdraw(strokeIds),
    greatestStrokeIdOf: (session) => records.greatestStrokeIdOf(session),
    sessionState: (session) => records.stateOf(session),
    expectRecords(expected) {
      for (const { id, record } of expected) records.expect(id, record);
    },
    setBase: (base) => tell(records.setBase(base)),
    followFold: (notice) => followFold(records, notice, tell),
    planFold: (plan) => planFold(records, plan, tell),
    strokeCountOf: (session) => records.strokesOf(session)?.size ?? 0,
    lastStrokeBounds(session) {
      const live = records.recordsOf(session);
      const last = live.reduce((greatest, { lamport }) => Math.max(greatest, lamport), 0);
      const boxes = live
        .filter(({ lamport }) => lamport === last)
        .map(({ bytes }) => decodeRecordHead(bytes).box);
      if (boxes.length === 0) return undefined;
      return {
        x0: Math.min(...boxes.map(({ x0 }) => x0)),
        y0: Math.min(...boxes.map(({ y0 }) => y0)),
        x1: Math.max(...boxes.map(({ x1 }) => x1)),
        y1: Math.max(...boxes.map(({ y1 }) => y1)),
      };
    },
    liveRecordsOf: (session) => records.recordsOf(session),
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
  if (options.base !== undefined) records.setBase(options.base);
  records.take(present, []);
  doc.on('afterTransaction', onTransaction);
  return maskDoc;
}
