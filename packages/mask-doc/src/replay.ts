/**
 * A mask's history from its log alone: which strokes there were, whose, since when and until when, and the mask at the end of
 * the entries given. Folding is not in the log, so history knows nothing of it. Knows no document and no database.
 */
import {
  type Box,
  clipToBox,
  decodeRecord,
  decodeRecordHead,
  MaskError,
  type PlacedRecord,
  type Size,
} from '@cotrace/mask';
import { MaskDocError } from './errors.ts';
import { type Arrival, LoggedItems } from './loggedItems.ts';

export interface LogEntry {
  readonly epoch: number;
  readonly seq: number;
  /** '' for what the server wrote at the start of an epoch: live records again, under new ids. */
  readonly sessionId: string;
  readonly bytes: Uint8Array;
  readonly at?: Date;
}

export interface ReplayedRecord {
  readonly part: number;
  readonly box: Box;
  /** Encoded, with the pixels. */
  readonly bytes: Uint8Array;
  readonly isLive: boolean;
}

export interface ReplayedStroke {
  readonly sessionId: string;
  readonly strokeId: number;
  readonly lamport: number;
  readonly label: number;
  readonly writtenAt: Date | undefined;
  /** When it was taken back, for those that are not in the mask at the end. */
  readonly undoneAt: Date | undefined;
  readonly isLive: boolean;
  readonly records: readonly ReplayedRecord[];
}

export interface Replay {
  /** Entries of all epochs, in order. Throws LOG_MALFORMED, where loading the log would too. */
  add(entry: LogEntry): void;
  /** All strokes that ever were, in the order of their first writing. */
  readonly strokes: readonly ReplayedStroke[];
  /** The mask at the end, as records for a composition of this size; what does not fit it shows nothing. */
  placedRecords(size: Size): Generator<PlacedRecord>;
  /** Strokes over a pixel, also those taken back, the greatest stamp first: the first live one is what shows. */
  strokesAt(x: number, y: number, size: Size): ReplayedStroke[];
}

class StoredRecord implements ReplayedRecord {
  /** How many elements of the document hold it; a folded one stays live without any. */
  copies = 0;
  isFoldedOrKept = false;

  constructor(
    readonly stroke: StoredStroke,
    readonly part: number,
    readonly box: Box,
    readonly bytes: Uint8Array,
  ) {}

  get isLive(): boolean {
    return this.copies > 0 || this.isFoldedOrKept;
  }
}

class StoredStroke implements ReplayedStroke {
  readonly records: StoredRecord[] = [];
  undoneAt: Date | undefined;

  constructor(
    readonly sessionId: string,
    readonly strokeId: number,
    readonly lamport: number,
    readonly label: number,
    readonly writtenAt: Date | undefined,
  ) {}

  get isLive(): boolean {
    return this.records.some(({ isLive }) => isLive);
  }
}

/** A history that grows with its log. */
export const createReplay = (): Replay => new History();

/** The history of a whole log. Throws LOG_MALFORMED. */
export function replayLog(entries: Iterable<LogEntry>): Replay {
  const history = createReplay();
  for (const entry of entries) history.add(entry);
  return history;
}

class History implements Replay {
  readonly strokes: StoredStroke[] = [];
  /** The newest stroke of an id; a page that has forgotten an undone one may have given its id again. */
  private readonly newest = new Map<string, Map<number, StoredStroke>>();
  private items = new LoggedItems<StoredRecord>();
  private epoch: number | undefined;

  add({ epoch, seq, bytes, at }: LogEntry): void {
    if (epoch !== this.epoch) this.enterEpoch(epoch);
    try {
      this.items.apply(bytes, {
        write: (arrival) => this.write(arrival, at),
        erase: (record) => {
          record.copies--;
          if (!record.stroke.isLive) record.stroke.undoneAt = at;
        },
      });
    } catch (error) {
      throw new MaskDocError('LOG_MALFORMED', `entry ${epoch}:${seq}`, error);
    }
  }

  *placedRecords(size: Size): Generator<PlacedRecord> {
    let place = 0;
    for (const { sessionId, records } of this.strokes) {
      for (const one of records) {
        if (!one.isLive || !fits(one.box, size)) continue;
        const record = decoded(one, size);
        if (record !== undefined) yield { id: String(place++), sessionId, record };
      }
    }
  }

  strokesAt(x: number, y: number, size: Size): ReplayedStroke[] {
    const pixel = { x0: x, y0: y, x1: x + 1, y1: y + 1 };
    const covers = (one: ReplayedRecord) => {
      const { x0, y0, x1, y1 } = one.box;
      // Boxes first: hardly any stroke has to be unpacked.
      if (x < x0 || y < y0 || x >= x1 || y >= y1 || !fits(one.box, size)) return false;
      const record = decoded(one, size);
      return record !== undefined && clipToBox(record.runs, pixel).length > 0;
    };
    return this.strokes
      .filter(({ records }) => records.some(covers))
      .sort(
        (a, b) =>
          b.lamport - a.lamport ||
          (a.sessionId < b.sessionId ? 1 : a.sessionId > b.sessionId ? -1 : b.strokeId - a.strokeId),
      );
  }

  /** Ids begin anew. What is live stays live, be it folded or about to be written again. */
  private enterEpoch(epoch: number): void {
    if (this.epoch !== undefined) {
      for (const { records } of this.strokes) {
        for (const record of records) {
          record.isFoldedOrKept = record.isLive;
          record.copies = 0;
        }
      }
      this.items = new LoggedItems();
    }
    this.epoch = epoch;
  }

  private write({ sessionId, bytes }: Arrival, at: Date | undefined): StoredRecord | undefined {
    let head: ReturnType<typeof decodeRecordHead>;
    try {
      head = decodeRecordHead(bytes);
    } catch (error) {
      // Such an element shows nothing in the document either.
      if (error instanceof MaskError) return undefined;
      throw error;
    }
    const stroke = this.strokeFor(sessionId, head, at);
    let record = stroke.records.find((one) => one.part === head.part && sameBytes(one.bytes, bytes));
    if (record === undefined) {
      record = new StoredRecord(stroke, head.part, head.box, bytes);
      stroke.records.push(record);
    }
    record.copies++;
    // From now on it has an element that can be deleted.
    record.isFoldedOrKept = false;
    stroke.undoneAt = undefined;
    return record;
  }

  private strokeFor(
    sessionId: string,
    { strokeId, lamport, label }: { strokeId: number; lamport: number; label: number },
    at: Date | undefined,
  ): StoredStroke {
    let ofSession = this.newest.get(sessionId);
    if (ofSession === undefined) {
      ofSession = new Map();
      this.newest.set(sessionId, ofSession);
    }
    const known = ofSession.get(strokeId);
    if (known !== undefined && known.lamport === lamport && known.label === label) return known;
    const stroke = new StoredStroke(sessionId, strokeId, lamport, label, at);
    ofSession.set(strokeId, stroke);
    this.strokes.push(stroke);
    return stroke;
  }
}

const fits = ({ x1, y1 }: Box, { width, height }: Size) => x1 <= width && y1 <= height;

/** Undefined for what is no record from its rows on. */
function decoded({ bytes }: ReplayedRecord, size: Size) {
  try {
    return decodeRecord(bytes, size);
  } catch (error) {
    if (error instanceof MaskError) return undefined;
    throw error;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
