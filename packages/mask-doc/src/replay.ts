/**
 * A mask's history from its log alone: which strokes were live after an entry, who painted over a pixel and when. Needs no
 * document and unpacks nothing before it is asked for; knows no names of people.
 *
 * A stroke is (session, strokeId), whatever items of whatever epoch hold its records: undo deletes them, redo writes them
 * again, a new epoch begins with an entry of session '' that writes again what was live and not folded.
 */
import {
  compareRecords,
  decodeRecord,
  decodeRecordHead,
  MaskError,
  type PlacedRecord,
  type RecordHead,
  type Runs,
  type Size,
} from '@cotrace/mask';
import * as Y from 'yjs';
import { MaskDocError } from './errors.ts';
import { recordId, sessionOfArray } from './layout.ts';

export interface ReplayEntry {
  readonly epoch: number;
  readonly seq: number;
  /** Who wrote it; '' where a new epoch begins. */
  readonly sessionId: string;
  /** One Yjs update, exactly as it was applied. */
  readonly bytes: Uint8Array;
  /** When it was committed. */
  readonly at: Date;
}

export interface PixelStroke {
  readonly sessionId: string;
  readonly strokeId: number;
  /** 0: the eraser. */
  readonly label: number;
  readonly paintedAt: Date;
  /** null: it is live. */
  readonly undoneAt: Date | null;
}

export interface Replay {
  /** Entries come in order of (epoch, seq); one that comes twice changes nothing. Throws LOG_MALFORMED. */
  add(entry: ReplayEntry): void;
  /** Records that are live now, in no particular order; what does not fit the mask is left out, as the mask leaves it out. */
  liveRecords(size: Size): Generator<PlacedRecord>;
  /** Strokes that cover a pixel, undone ones too: the one with the greatest stamp first. */
  strokesOver(x: number, y: number): PixelStroke[];
}

interface Part {
  readonly head: RecordHead;
  readonly bytes: Uint8Array;
}

interface Stroke {
  readonly sessionId: string;
  readonly strokeId: number;
  readonly paintedAt: Date;
  undoneAt: Date | null;
  readonly parts: Map<number, Part>;
  /** Live items of this epoch, and which part each holds. */
  readonly items: Map<string, number>;
  /** Parts that were live when their epoch ended and have not been written again: folded, so live for ever. */
  readonly settled: Set<number>;
}

export function createReplay(): Replay {
  const strokes = new Map<string, Map<number, Stroke>>();
  /** Session of every item of this epoch, so that an item that names only its neighbour finds its own. */
  const sessionOfItem = new Map<string, string>();
  const strokeOfItem = new Map<string, Stroke>();
  let epoch = 0;

  const strokeOf = (sessionId: string, strokeId: number, at: Date): Stroke => {
    let ofSession = strokes.get(sessionId);
    if (ofSession === undefined) {
      ofSession = new Map();
      strokes.set(sessionId, ofSession);
    }
    let stroke = ofSession.get(strokeId);
    if (stroke === undefined) {
      const fresh = { parts: new Map(), items: new Map(), settled: new Set<number>() };
      stroke = { sessionId, strokeId, paintedAt: at, undoneAt: null, ...fresh };
      ofSession.set(strokeId, stroke);
    }
    return stroke;
  };

  const everyStroke = function* (): Generator<Stroke> {
    for (const ofSession of strokes.values()) yield* ofSession.values();
  };

  const beginEpoch = (next: number) => {
    epoch = next;
    sessionOfItem.clear();
    strokeOfItem.clear();
    for (const stroke of everyStroke()) {
      for (const part of stroke.items.values()) stroke.settled.add(part);
      stroke.items.clear();
    }
  };

  const write = (item: Y.Item, at: Date) => {
    const sessionId = sessionOfItem.get(itemId(item.id))!;
    if (!(item.content instanceof Y.ContentBinary)) return;
    const bytes = item.content.content;
    const head = readable(() => decodeRecordHead(bytes));
    if (head === undefined) return;
    const stroke = strokeOf(sessionId, head.strokeId, at);
    const id = itemId(item.id);
    stroke.parts.set(head.part, { head, bytes });
    stroke.items.set(id, head.part);
    stroke.settled.delete(head.part);
    stroke.undoneAt = null;
    strokeOfItem.set(id, stroke);
  };

  const erase = (id: string, at: Date) => {
    const stroke = strokeOfItem.get(id);
    if (stroke === undefined || !stroke.items.delete(id)) return;
    if (stroke.items.size === 0 && stroke.settled.size === 0) stroke.undoneAt = at;
  };

  const decodedRuns = new WeakMap<Part, Runs>();
  const covers = (part: Part, x: number, y: number): boolean => {
    const { box } = part.head;
    if (x < box.x0 || x >= box.x1 || y < box.y0 || y >= box.y1) return false;
    const runs =
      decodedRuns.get(part) ??
      readable(() => decodeRecord(part.bytes, { width: box.x1, height: box.y1 }).runs);
    if (runs === undefined) return false;
    decodedRuns.set(part, runs);
    for (let i = 0; i < runs.length; i += 3) {
      if (runs[i] === y && runs[i + 1]! <= x && x < runs[i + 2]!) return true;
    }
    return false;
  };

  return {
    add({ epoch: of, seq, bytes, at }) {
      if (of !== epoch) beginEpoch(of);
      let decoded: ReturnType<typeof Y.decodeUpdate>;
      try {
        decoded = Y.decodeUpdate(bytes);
      } catch (error) {
        throw new MaskDocError('LOG_MALFORMED', `entry ${seq} of epoch ${of}`, error);
      }
      for (const item of inReach(decoded.structs, sessionOfItem)) write(item, at);
      for (const [client, ranges] of decoded.ds.clients) {
        for (const { clock, len } of ranges) {
          for (let i = clock; i < clock + len; i++) erase(recordId(client, i), at);
        }
      }
    },
    *liveRecords(size) {
      for (const { sessionId, strokeId, parts, items, settled } of everyStroke()) {
        for (const part of new Set([...settled, ...items.values()])) {
          const record = readable(() => decodeRecord(parts.get(part)!.bytes, size));
          if (record !== undefined) yield { id: `${sessionId}/${strokeId}/${part}`, sessionId, record };
        }
      }
    },
    strokesOver(x, y) {
      const over: { stroke: Stroke; lamport: number; label: number }[] = [];
      for (const stroke of everyStroke()) {
        const part = [...stroke.parts.values()].find((one) => covers(one, x, y));
        if (part !== undefined) over.push({ stroke, ...part.head });
      }
      const placed = ({ stroke, ...record }: (typeof over)[number]): PlacedRecord => ({
        id: '',
        sessionId: stroke.sessionId,
        record: { ...record, version: 1, strokeId: stroke.strokeId, part: 0, runs: NO_RUNS },
      });
      return over
        .sort((a, b) => compareRecords(placed(b), placed(a)))
        .map(({ stroke: { sessionId, strokeId, paintedAt, undoneAt }, label }) => ({
          sessionId,
          strokeId,
          label,
          paintedAt,
          undoneAt,
        }));
    },
  };
}

const NO_RUNS = new Int32Array(0) as Runs;

const itemId = ({ client, clock }: Y.ID): string => recordId(client, clock);

/** Undefined for what is no valid record: a mask shows nothing for it. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MaskError)) throw error;
    return undefined;
  }
}

/**
 * Items that this update brings for the first time, once the session of each is known: an item says the name of its array,
 * or only which item it lies beside, and that one may come later in the same update.
 */
function* inReach(
  structs: ReturnType<typeof Y.decodeUpdate>['structs'],
  sessionOfItem: Map<string, string>,
): Generator<Y.Item> {
  let waiting = structs.filter((struct) => struct instanceof Y.Item);
  for (let before = -1; waiting.length !== before && waiting.length > 0; ) {
    before = waiting.length;
    const later: Y.Item[] = [];
    for (const item of waiting) {
      if (sessionOfItem.has(itemId(item.id))) continue;
      const sessionId = sessionFor(item, sessionOfItem);
      if (sessionId === undefined) {
        later.push(item);
        continue;
      }
      // Deleted stretches are one item of many clocks.
      for (let i = 0; i < item.length; i++) {
        sessionOfItem.set(recordId(item.id.client, item.id.clock + i), sessionId);
      }
      yield item;
    }
    waiting = later;
  }
}

function sessionFor(item: Y.Item, sessionOfItem: ReadonlyMap<string, string>): string | undefined {
  const parent: unknown = item.parent;
  if (typeof parent === 'string') return sessionOfArray(parent);
  for (const neighbour of [item.origin, item.rightOrigin]) {
    const found = neighbour === null ? undefined : sessionOfItem.get(itemId(neighbour));
    if (found !== undefined) return found;
  }
  return undefined;
}
