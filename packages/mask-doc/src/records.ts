/**
 * Everyone's records as one picture: the base, and above it the live records that no watermark covers. A record at or below
 * its session's watermark shows nothing of its own, whenever it comes or goes: the base is the truth. Knows no document.
 */
import {
  type Change,
  type Composition,
  type CompositionOptions,
  createComposition,
  decodeRecord,
  decodeRecordHead,
  MAX_MASK_SIDE,
  MaskError,
  type PlacedRecord,
  type StrokeRecord,
  type TileFold,
} from '@cotrace/mask';
import type { Base } from './base.ts';
import { MaskDocError } from './errors.ts';
import type { RecordItem } from './layout.ts';
import { type SessionState, SessionStrokes, UNDO_HORIZON } from './sessionStrokes.ts';
import { type Watermarks, WatermarkTable } from './watermarks.ts';

/** Pixels are kept once, where the picture needs them: here are the bytes, which the document holds anyway. */
export class LiveRecord implements RecordItem {
  readonly id: string;
  readonly client: number;
  readonly clock: number;
  readonly sessionId: string;
  readonly bytes: Uint8Array;
  readonly strokeId: number;
  readonly lamport: number;
  readonly label: number;

  constructor({ id, client, clock, sessionId, bytes }: RecordItem, record: StrokeRecord) {
    this.id = id;
    this.client = client;
    this.clock = clock;
    this.sessionId = sessionId;
    this.bytes = bytes;
    this.strokeId = record.strokeId;
    this.lamport = record.lamport;
    this.label = record.label;
  }

  /** Decoded anew each time. */
  get record(): StrokeRecord {
    return decodeRecord(this.bytes, ANY_SIZE);
  }
}

/** What was decoded before is known to fit. */
const ANY_SIZE = { width: MAX_MASK_SIDE, height: MAX_MASK_SIDE };

/** An element that is no valid record, shown as nothing. */
export interface UnreadableRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly error: MaskError;
}

export interface RecordsChange {
  readonly tiles: number[];
  readonly painted: number;
  readonly sessions: string[];
}

/** A fold that is under way: its records stay in the picture, also when the document loses them meanwhile. */
interface RunningFold {
  readonly tileFold: TileFold;
  readonly ids: ReadonlySet<string>;
  readonly departed: Set<string>;
  isComplete: boolean;
  readonly table: WatermarkTable;
}

const NO_STROKES: SessionState['nearest'] = () => undefined;

export class MaskRecords {
  readonly composition: Composition;
  readonly unreadable = new Map<string, UnreadableRecord>();
  private readonly live = new Map<string, LiveRecord>();
  private readonly sessions = new Map<string, SessionStrokes>();
  private readonly expected = new Map<string, StrokeRecord>();
  private table = new WatermarkTable();
  private fold: RunningFold | undefined;
  private number = 0;
  private lamport = 0;

  constructor(
    private readonly size: CompositionOptions,
    readonly undoHorizon = UNDO_HORIZON,
  ) {
    this.composition = createComposition(size);
  }

  get foldNumber(): number {
    return this.number;
  }

  get watermarks(): WatermarkTable {
    return this.table;
  }

  get greatestLamport(): number {
    return this.lamport;
  }

  get isFolding(): boolean {
    return this.fold !== undefined;
  }

  /** The session's strokes up to this one are being folded; 0 when none are. */
  foldingUpTo(sessionId: string): number {
    return this.fold?.table.get(sessionId)?.strokeId ?? 0;
  }

  /** The document has lost records of the fold that is running. */
  get isFoldDisturbed(): boolean {
    return this.fold !== undefined && this.fold.departed.size > 0;
  }

  get liveSessions(): Iterable<readonly [sessionId: string, strokes: SessionStrokes]> {
    return this.sessions;
  }

  get(id: string): LiveRecord | undefined {
    return this.live.get(id);
  }

  strokesOf(sessionId: string): SessionStrokes | undefined {
    return this.sessions.get(sessionId);
  }

  recordsOf(sessionId: string): LiveRecord[] {
    const strokes = this.sessions.get(sessionId);
    return strokes === undefined ? [] : this.all(strokes.recordsUpTo(Number.POSITIVE_INFINITY));
  }

  recordsOfStroke(sessionId: string, strokeId: number): LiveRecord[] {
    return this.all(this.sessions.get(sessionId)?.get(strokeId)?.records ?? []);
  }

  greatestStrokeIdOf(sessionId: string): number {
    const folded = this.table.get(sessionId)?.strokeId ?? 0;
    return Math.max(this.sessions.get(sessionId)?.greatestSeen ?? 0, folded);
  }

  /** Of strokes that were, and need not be any more: their ids and lamports are used up. */
  see(sessionId: string, { strokeId, lamport = 0 }: { strokeId: number; lamport?: number }): void {
    this.strokesFor(sessionId).see(strokeId);
    this.lamport = Math.max(this.lamport, lamport);
  }

  /**
   * The horizon counts from the greatest stroke that is live or folded, not from the greatest ever seen: a server that was
   * restarted, and a page that was reloaded, have seen less. Whatever forgets only makes less foldable and refuses less: the
   * author's own greatest is never below it, so what lies beyond this horizon lies beyond the author's.
   */
  horizonOf(sessionId: string): number {
    const folded = this.table.get(sessionId)?.strokeId ?? 0;
    return Math.max(this.sessions.get(sessionId)?.greatestLive ?? 0, folded) - this.undoHorizon;
  }

  stateOf(sessionId: string): SessionState {
    const strokes = this.sessions.get(sessionId);
    const horizon = this.horizonOf(sessionId);
    return {
      watermark: this.table.get(sessionId),
      // A fold that only waits to be committed is as good as committed, also where it takes a session whole. Before, an undo
      // disturbs it instead.
      horizon: this.fold?.isComplete ? Math.max(horizon, this.foldingUpTo(sessionId)) : horizon,
      strokeAt: (strokeId) => strokes?.get(strokeId),
      nearest: strokes?.nearest ?? NO_STROKES,
    };
  }

  /** Records that are about to arrive and were decoded already. */
  expect(id: string, record: StrokeRecord): void {
    this.expected.set(id, record);
  }

  /** A batch of arrivals and departures, laid at once. */
  take(arrived: Iterable<RecordItem>, departed: Iterable<string>): RecordsChange {
    const change = new Changes();
    const removed: string[] = [];
    const placed: PlacedRecord[] = [];
    for (const id of departed) {
      this.unreadable.delete(id);
      const gone = this.live.get(id);
      if (gone === undefined) continue;
      if (this.fold?.ids.has(id)) {
        this.fold.departed.add(id);
        continue;
      }
      this.forget(gone);
      removed.push(id);
      change.sessions.add(gone.sessionId);
    }
    if (removed.length > 0) change.note(this.composition.removeAll(removed));
    for (const item of arrived) {
      const record = this.read(item);
      if (record === undefined) continue;
      const { id, sessionId } = item;
      this.live.set(id, new LiveRecord(item, record));
      this.strokesFor(sessionId).add(record.strokeId, record, id);
      this.lamport = Math.max(this.lamport, record.lamport);
      change.sessions.add(sessionId);
      placed.push({ id, sessionId, record });
    }
    // One at a time where there is one, as nearly always: then nothing changes when something is broken.
    if (placed.length === 1) change.note(this.composition.add(placed[0]!));
    else if (placed.length > 1) change.note(this.composition.addAll(placed));
    this.expected.clear();
    return change.all;
  }

  /** Throws BASE_MALFORMED; MaskError TILE_BROKEN. */
  setBase({ number, since, watermarks, tiles }: Base): RecordsChange {
    const change = new Changes();
    // Older than what is here: it was overtaken on its way.
    if (number < this.number) return change.all;
    if (since > this.number) {
      throw new MaskDocError('BASE_MALFORMED', `tiles since fold ${since}, of ${this.number} here`);
    }
    if (this.fold !== undefined) change.add(this.cancelFold());
    const table = since === 0 ? new WatermarkTable(watermarks) : this.table.moved(watermarks);
    const removed = table.all.flatMap(
      ([id, { strokeId }]) => this.sessions.get(id)?.recordsUpTo(strokeId) ?? [],
    );
    change.note(
      this.composition.setBase({ tiles, sessions: table.sessions, replaceAll: since === 0, removed }),
    );
    this.moveTo(table, number);
    for (const [sessionId] of watermarks) change.sessions.add(sessionId);
    return change.all;
  }

  /** Folds these live records; the watermarks that move say how far. Nothing changes before `finishFold`. */
  startFold(ids: readonly string[], moved: Watermarks): TileFold {
    const table = this.table.moved(moved);
    const tileFold = this.composition.startFold(ids, table.sessions);
    this.fold = { tileFold, ids: new Set(ids), departed: new Set(), isComplete: false, table };
    return tileFold;
  }

  /** Folds one tile; false when all are done. */
  stepFold(): boolean {
    const fold = this.fold!;
    fold.isComplete = !fold.tileFold.step();
    return !fold.isComplete;
  }

  finishFold(): RecordsChange {
    const { tileFold, table, ids } = this.fold!;
    const change = new Changes();
    tileFold.finish();
    this.fold = undefined;
    // Records below the watermarks that came while the others were being folded: copies of what the base holds now.
    const late = table.all
      .flatMap(([id, { strokeId }]) => this.sessions.get(id)?.recordsUpTo(strokeId) ?? [])
      .filter((id) => !ids.has(id));
    if (late.length > 0) change.note(this.composition.removeAll(late));
    this.moveTo(table, this.number + 1);
    return change.all;
  }

  /** The records that the document lost meanwhile leave the picture too. */
  cancelFold(): RecordsChange {
    const { tileFold, departed } = this.fold!;
    tileFold.cancel();
    this.fold = undefined;
    return this.take([], departed);
  }

  private moveTo(table: WatermarkTable, number: number): void {
    for (const [sessionId, { strokeId, lamport }] of table.all) {
      const strokes = this.sessions.get(sessionId);
      if (strokes !== undefined) {
        for (const id of strokes.recordsUpTo(strokeId)) this.live.delete(id);
        strokes.removeUpTo(strokeId);
        if (strokes.size === 0 && strokes.greatestSeen <= strokeId) this.sessions.delete(sessionId);
      }
      this.lamport = Math.max(this.lamport, lamport);
    }
    this.table = table;
    this.number = number;
  }

  private forget({ id, sessionId, strokeId }: LiveRecord): void {
    this.live.delete(id);
    this.sessions.get(sessionId)!.remove(strokeId, id);
  }

  private strokesFor(sessionId: string): SessionStrokes {
    let strokes = this.sessions.get(sessionId);
    if (strokes === undefined) {
      strokes = new SessionStrokes();
      this.sessions.set(sessionId, strokes);
    }
    return strokes;
  }

  private all(ids: readonly string[]): LiveRecord[] {
    return ids.map((id) => this.live.get(id)!);
  }

  /** Undefined for what shows nothing. */
  private read(item: RecordItem): StrokeRecord | undefined {
    try {
      const watermark = this.table.get(item.sessionId);
      const known = this.expected.get(item.id);
      if (watermark !== undefined) {
        const { strokeId } = known ?? decodeRecordHead(item.bytes);
        if (strokeId <= watermark.strokeId) return undefined;
      }
      return known ?? decodeRecord(item.bytes, this.size);
    } catch (error) {
      if (!(error instanceof MaskError)) throw error;
      this.unreadable.set(item.id, { id: item.id, sessionId: item.sessionId, error });
      return undefined;
    }
  }
}

class Changes {
  readonly sessions = new Set<string>();
  private readonly tiles = new Set<number>();
  private painted = 0;

  note({ tiles, painted }: Change): void {
    for (const tile of tiles) this.tiles.add(tile);
    this.painted += painted;
  }

  add(change: RecordsChange): void {
    this.note(change);
    for (const session of change.sessions) this.sessions.add(session);
  }

  get all(): RecordsChange {
    return { tiles: [...this.tiles], painted: this.painted, sessions: [...this.sessions] };
  }
}
