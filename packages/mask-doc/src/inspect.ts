/**
 * What a server lets into a mask: an update is taken apart and judged before any of it is applied, so that a refused one
 * leaves no trace. Knows no socket and applies nothing; refuses whatever it does not understand.
 *
 * Yjs touches origins, parents and root names of structs even when the document already holds them: known structs are
 * judged by their references too.
 */
import { decodeRecord, decodeRecordHead, MaskError, type StrokeRecord } from '@cotrace/mask';
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { type ClockRange, ClockRanges, encodeDeleteSet } from './deleteSet.ts';
import { MaskDocError } from './errors.ts';
import { arrayNameOf, createSessionLookup, recordId, type SessionLookup, structsBetween } from './layout.ts';
import type { SessionState } from './sessionStrokes.ts';
import { checkStrokes, isLate } from './strokeOrder.ts';

export interface InspectionContext {
  /** The server's document; only read. */
  readonly doc: Y.Doc;
  readonly sessionId: string;
  /** Client ids registered to the session: it may own several, one per page load. */
  readonly clientIds: ReadonlySet<number>;
  readonly width: number;
  readonly height: number;
  readonly labels: ReadonlySet<number>;
  /** What is known of the session's strokes: `maskDoc.sessionState`. */
  readonly sessionState: (sessionId: string) => SessionState;
  /** Greatest lamport of the mask so far; 0 for an empty one. */
  readonly currentMaxLamport: number;
  /** How far above it a record may be; 10^6 unless given. */
  readonly maxLamportAhead?: number;
  readonly limits?: { readonly updateBytes?: number; readonly structs?: number };
}

export interface InspectedUpdate {
  /** Records that the document does not hold yet, that this update does not delete again, and that show. */
  readonly records: readonly { readonly id: string; readonly record: StrokeRecord }[];
  /** Strokes of records that are new and show nothing: their session was folded meanwhile, beyond them. */
  readonly lateStrokes: readonly number[];
  /** Own live elements that it deletes. */
  readonly deletions: readonly ClockRange[];
  /** New structs per client. */
  readonly clocks: readonly (readonly [clientId: number, fromClock: number, toClock: number])[];
  /** All deletions it carries, already known ones too, for the acknowledgement; no bytes when there are none. */
  readonly deleteSetBytes: Uint8Array;
  /** Greatest lamport after applying it. */
  readonly maxLamport: number;
  /** Nothing in it is new: it need not be applied, logged or relayed, only acknowledged. */
  readonly isEmpty: boolean;
}

const DEFAULT_LIMITS = { updateBytes: 8 * 1024 * 1024, structs: 100_000 };
/** More strokes than one page can paint; a greater clock, or so long a deleted stretch, is nobody's honest work. */
const MAX_CLOCK = 10_000_000;

type Struct = Y.Item | Y.GC | Y.Skip;

/** Throws MaskDocError and nothing else, whatever the bytes; never changes the document. */
export function inspectUpdate(update: Uint8Array, context: InspectionContext): InspectedUpdate {
  const { structs, ds } = decode(update, { ...DEFAULT_LIMITS, ...context.limits });
  const inspection = new Inspection(context);
  inspection.admitStructs(structs);
  const deletions = inspection.admitDeletions(ds);
  return inspection.summarise(deletions);
}

function decode(update: Uint8Array, limits: typeof DEFAULT_LIMITS) {
  if (update.length > limits.updateBytes)
    throw new MaskDocError('UPDATE_TOO_LARGE', `${update.length} bytes`);
  let decoded: ReturnType<typeof Y.decodeUpdate>;
  let sections: number;
  try {
    sections = decoding.readVarUint(decoding.createDecoder(update));
    decoded = Y.decodeUpdate(update);
  } catch (error) {
    throw new MaskDocError('UPDATE_MALFORMED', error instanceof Error ? error.message : String(error), error);
  }
  let parts = decoded.structs.length;
  for (const ranges of decoded.ds.clients.values()) parts += ranges.length;
  if (parts > limits.structs) throw new MaskDocError('UPDATE_TOO_LARGE', `${parts} structs and deletions`);
  // Applying keeps only the last section of a client; decoding shows them all. Two sections would be judged as what is never applied.
  if (sections !== new Set(decoded.structs.map(({ id }) => id.client)).size) {
    throw new MaskDocError('UPDATE_MALFORMED', `${sections} sections, not one for each client`);
  }
  return decoded;
}

class Inspection {
  private readonly sessionOf: SessionLookup;
  private readonly ownArray: string;
  /** Clock up to which each client's structs are held or admitted. */
  private readonly clocks = new Map<number, number>();
  private readonly admitted = new Map<string, { client: number; clock: number; record: StrokeRecord }>();
  /** All that the update deletes, known or not. */
  private readonly deleted = new ClockRanges();
  /** How many live records of each stroke of the document go. */
  private readonly deletedOf = new Map<number, number>();
  private maxLamport: number;

  constructor(private readonly context: InspectionContext) {
    this.sessionOf = createSessionLookup(context.doc);
    this.ownArray = arrayNameOf(context.sessionId);
    this.maxLamport = context.currentMaxLamport;
  }

  /** Clients wait for each other where an origin asks for it, as Yjs itself integrates; whoever waits for ever is behind a gap. */
  admitStructs(structs: readonly Struct[]): void {
    const queues = new Map<number, Struct[]>();
    for (const struct of structs) {
      checkExtent(struct);
      const queue = queues.get(struct.id.client);
      if (queue === undefined) queues.set(struct.id.client, [struct]);
      else queue.push(struct);
    }
    const positions = new Map<number, number>();
    for (let progress = true; progress; ) {
      progress = false;
      for (const [client, queue] of queues) {
        let at = positions.get(client) ?? 0;
        while (at < queue.length && this.admitStruct(queue[at]!)) {
          at++;
          progress = true;
        }
        positions.set(client, at);
      }
    }
    for (const [client, queue] of queues) {
      const waiting = queue[positions.get(client) ?? 0];
      if (waiting !== undefined) {
        throw new MaskDocError('UPDATE_GAP', `an origin unknown at ${client}:${waiting.id.clock}`);
      }
    }
  }

  /** False when the struct refers to one that is not there yet. */
  private admitStruct(struct: Struct): boolean {
    const { client, clock } = struct.id;
    const held = this.heldClock(client);
    const end = clock + struct.length;
    if (struct instanceof Y.Skip) return true;
    const isNew = end > held;
    if (isNew && !this.context.clientIds.has(client)) {
      throw new MaskDocError('FOREIGN_CLIENT', `client id ${client}`);
    }
    if (clock > held) throw new MaskDocError('UPDATE_GAP', `${client}:${clock}, expected ${client}:${held}`);
    if (struct instanceof Y.GC) {
      if (isNew) throw new MaskDocError('CONTENT_NOT_ALLOWED', `a GC struct at ${client}:${clock}`);
      return true;
    }
    if (!this.placeIsAllowed(struct, isNew)) return false;
    if (struct.content instanceof Y.ContentBinary) {
      if (isNew) this.admitRecord(struct, struct.content.content);
    } else if (!(struct.content instanceof Y.ContentDeleted)) {
      throw new MaskDocError(
        'CONTENT_NOT_ALLOWED',
        `${struct.content.constructor.name} at ${client}:${clock}`,
      );
    }
    if (isNew) this.clocks.set(client, end);
    return true;
  }

  private heldClock(client: number): number {
    return this.clocks.get(client) ?? Y.getState(this.context.doc.store, client);
  }

  /** Where an item wants to lie: at the start of an array, or beside items of it. False when a neighbour is not there yet. */
  private placeIsAllowed(item: Y.Item, isNew: boolean): boolean {
    const { client, clock } = item.id;
    const where = `at ${client}:${clock}`;
    if (item.parentSub !== null) throw new MaskDocError('FOREIGN_ARRAY', `a map entry ${where}`);
    const parent: unknown = item.parent;
    if (parent !== null) {
      if (typeof parent !== 'string') throw new MaskDocError('FOREIGN_ARRAY', `a nested type ${where}`);
      // Reading a name makes Yjs create the array, also for an item it holds already.
      const exists = !isNew && this.context.doc.share.has(parent);
      if (parent !== this.ownArray && !exists)
        throw new MaskDocError('FOREIGN_ARRAY', `'${parent}' ${where}`);
    } else if (item.origin === null && item.rightOrigin === null) {
      throw new MaskDocError('FOREIGN_ARRAY', `no array ${where}`);
    }
    for (const neighbour of [item.origin, item.rightOrigin]) {
      if (neighbour === null) continue;
      // Yjs does not check references within one client: it would throw half-way.
      if (neighbour.client === client && neighbour.clock >= clock) {
        throw new MaskDocError('UPDATE_MALFORMED', `an item that follows itself ${where}`);
      }
      if (neighbour.clock >= this.heldClock(neighbour.client)) return false;
      if (isNew) this.checkNeighbour(neighbour, where);
    }
    return true;
  }

  private checkNeighbour(neighbour: Y.ID, where: string): void {
    const { doc, sessionId } = this.context;
    // What is beyond the document's state was admitted by this inspection, so it is own.
    if (neighbour.clock >= Y.getState(doc.store, neighbour.client)) return;
    const [struct] = structsBetween(doc, neighbour.client, neighbour.clock, neighbour.clock + 1);
    if (!(struct instanceof Y.Item) || this.sessionOf(struct) !== sessionId) {
      throw new MaskDocError('FOREIGN_ARRAY', `a neighbour ${neighbour.client}:${neighbour.clock} ${where}`);
    }
  }

  private admitRecord(item: Y.Item, bytes: Uint8Array): void {
    const { width, height, labels, currentMaxLamport, maxLamportAhead = 1_000_000 } = this.context;
    const id = recordId(item.id.client, item.id.clock);
    let record: StrokeRecord;
    try {
      record = decodeRecord(bytes, { width, height, labels });
    } catch (error) {
      if (!(error instanceof MaskError)) throw error;
      const refusal = new MaskDocError('RECORD_REFUSED', `record ${id}: ${error.message}`, error);
      throw refusal.naming(...strokeIdOf(bytes));
    }
    if (record.lamport > currentMaxLamport + maxLamportAhead) {
      const got = `lamport ${record.lamport} after ${currentMaxLamport}`;
      throw new MaskDocError('LAMPORT_JUMP', got).naming(record.strokeId);
    }
    this.maxLamport = Math.max(this.maxLamport, record.lamport);
    this.admitted.set(id, { ...item.id, record });
  }

  /** Returns the live own elements that go; repeating what is deleted already is no deletion. */
  admitDeletions(ds: DeleteSet): ClockRange[] {
    const { doc, clientIds, sessionId } = this.context;
    const deletions: ClockRange[] = [];
    // Merged first: ranges that overlap a thousand times are walked once.
    for (const range of rangesOf(ds)) {
      const { client, clock, length } = range;
      if (length < 1 || clock + length > MAX_CLOCK) {
        throw new MaskDocError('UPDATE_MALFORMED', `a deletion of ${length} at ${client}:${clock}`);
      }
      this.deleted.add(range);
    }
    for (const { client, clock, length } of this.deleted.toArray()) {
      const end = clock + length;
      if (end > this.heldClock(client)) {
        if (!clientIds.has(client))
          throw new MaskDocError('FOREIGN_DELETION', `${client}:${clock}, not yet known`);
        throw new MaskDocError('UPDATE_GAP', `a deletion up to ${client}:${end}`);
      }
      for (const struct of structsBetween(doc, client, clock, end)) {
        if (struct.deleted) continue;
        if (!(struct instanceof Y.Item) || this.sessionOf(struct) !== sessionId) {
          throw new MaskDocError('FOREIGN_DELETION', `${client}:${struct.id.clock}`);
        }
        this.noteDeleted(struct);
        deletions.push({ client, clock: struct.id.clock, length: struct.length });
      }
      for (let at = Math.max(clock, Y.getState(doc.store, client)); at < end; at++) {
        if (this.admitted.has(recordId(client, at))) deletions.push({ client, clock: at, length: 1 });
      }
    }
    return deletions;
  }

  private noteDeleted({ content }: Y.Item): void {
    if (!(content instanceof Y.ContentBinary)) return;
    try {
      const { strokeId } = decodeRecordHead(content.content);
      this.deletedOf.set(strokeId, 1 + (this.deletedOf.get(strokeId) ?? 0));
    } catch (error) {
      // What is no record is of no stroke: its author may take it away.
      if (!(error instanceof MaskError)) throw error;
    }
  }

  /** Throws UNDO_TOO_OLD, STROKE_ORDER, STROKE_FOLDED. */
  summarise(deletions: readonly ClockRange[]): InspectedUpdate {
    const { doc } = this.context;
    const state = this.context.sessionState(this.context.sessionId);
    const records: { id: string; record: StrokeRecord }[] = [];
    const lateStrokes = new Set<number>();
    for (const [id, { client, clock, record }] of this.admitted) {
      if (this.deleted.covers({ client, clock, length: 1 })) continue;
      if (isLate(record, state)) lateStrokes.add(record.strokeId);
      else records.push({ id, record });
    }
    checkStrokes(
      records.map(({ record }) => record),
      { state, deletedOf: this.deletedOf },
    );
    return {
      records,
      lateStrokes: [...lateStrokes],
      deletions,
      clocks: [...this.clocks].map(([client, to]) => [client, Y.getState(doc.store, client), to] as const),
      deleteSetBytes: encodeDeleteSet(this.deleted),
      maxLamport: this.maxLamport,
      isEmpty: this.clocks.size === 0 && deletions.length === 0,
    };
  }
}

/** Of a record that is refused: none when not even its head can be read. */
function strokeIdOf(bytes: Uint8Array): number[] {
  try {
    return [decodeRecordHead(bytes).strokeId];
  } catch (error) {
    if (!(error instanceof MaskError)) throw error;
    return [];
  }
}

type DeleteSet = ReturnType<typeof Y.decodeUpdate>['ds'];

function rangesOf(ds: DeleteSet): ClockRange[] {
  // In order, so that adding them one by one only ever appends.
  return [...ds.clients].flatMap(([client, ranges]) =>
    ranges.map(({ clock, len }) => ({ client, clock, length: len })).sort((a, b) => a.clock - b.clock),
  );
}

function checkExtent(struct: Struct): void {
  const { client, clock } = struct.id;
  if (!(struct.length >= 1) || clock + struct.length > MAX_CLOCK) {
    throw new MaskDocError('UPDATE_MALFORMED', `a struct of length ${struct.length} at ${client}:${clock}`);
  }
}
