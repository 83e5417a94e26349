/**
 * Turns live records of a composition into base, one tile at a time. Until `finish` nothing changes; `finish` does not change
 * the picture. Knows no store: whoever folds keeps the tiles first, and finishes then.
 */
import { MaskError } from './errors.ts';
import { TILE_PIXELS } from './planeCoding.ts';
import { layRecord, NOT_COUNTED, type Planes, planesOfBase, stampTable } from './planes.ts';
import type { RecordTable } from './recordTable.ts';
import { encodeTile, type Stamp } from './tileCoding.ts';
import type { TileGrid } from './tileGrid.ts';

export interface TileFold {
  /** Folds one tile; false when all are done. */
  step(): boolean;
  /** New bases by tile index; complete after the last step. */
  readonly tiles: ReadonlyMap<number, Uint8Array>;
  /** Lays the tiles under the picture, which stays as it is; the records are gone. Does the steps that are left. */
  finish(): void;
  /** Forgets the fold; the records stay. */
  cancel(): void;
}

/**
 * Starts a fold of the records in `slots`. `work`: the same by the tiles that they touch. `end` is told once, by `finish` (true,
 * after which the slots are free) or by `cancel`. Throws SESSION_UNNUMBERED.
 */
export function startTileFold(options: {
  grid: TileGrid;
  records: RecordTable;
  slots: ReadonlySet<number>;
  work: ReadonlyMap<number, readonly number[]>;
  sessions: readonly string[];
  end(): void;
}): TileFold {
  const { grid, records, slots, work, sessions, end } = options;
  const numberOf = new Map(sessions.map((sessionId, number) => [sessionId, number]));
  for (const slot of slots) {
    const { sessionId } = records.at(slot);
    if (!numberOf.has(sessionId)) throw new MaskError('SESSION_UNNUMBERED', sessionId);
  }
  const queue = [...work.keys()];
  const folded = new Map<number, FoldedBase>();
  const tiles = new Map<number, Uint8Array>();
  let ended = false;
  const endOnce = () => {
    if (ended) throw new MaskError('FOLDING', 'a fold that has ended');
    ended = true;
    end();
  };
  const step = () => {
    const index = ended ? undefined : queue.pop();
    if (index === undefined) return false;
    const planes = planesOfBase(grid.at(index)?.base, {
      sessions: grid.sessions,
      place: grid.placeOf(index),
      records,
    });
    for (const slot of work.get(index)!) {
      layRecord(planes, grid.placeOf(index), { slot, records, counts: NOT_COUNTED });
    }
    const after = foldPlanes(planes, records, numberOf);
    folded.set(index, after);
    tiles.set(index, after.bytes);
    return queue.length > 0;
  };
  return {
    step,
    tiles,
    finish() {
      while (!ended && step());
      endOnce();
      records.sessions.addAll(sessions);
      for (const [index, after] of folded) {
        const tile = grid.make(index);
        tile.base = after.bytes;
        for (const slot of work.get(index)!) tile.records.delete(slot);
        grid.bringUpLater(index, (planes) => remapFolded(planes, after, records));
      }
      grid.sessions = sessions;
      for (const slot of slots) records.release(slot);
    },
    cancel: endOnce,
  };
}

/** A tile's new base, and where the values of its planes went: what showed a folded record or the old base shows this stamp (k) now. */
interface FoldedBase {
  readonly bytes: Uint8Array;
  readonly stamps: readonly Stamp[];
  readonly numberAfter: ReadonlyMap<number, number>;
}

function foldPlanes(
  { shown, stamps: before }: Planes,
  records: RecordTable,
  numberOf: ReadonlyMap<string, number>,
): FoldedBase {
  const stampOf = (value: number): Stamp => {
    if (value < 0) return before.stamps[-value - 1]!;
    const { sessionId, lamport, label } = records.at(value);
    return { lamport, sessionId, label };
  };
  const number = ({ sessionId }: Stamp) => numberOf.get(sessionId)!;
  const order = (a: Stamp, b: Stamp) => a.lamport - b.lamport || number(a) - number(b) || a.label - b.label;
  const values = [...new Set(shown)].filter((value) => value !== 0);
  const stamps: Stamp[] = [];
  const numberAfter = new Map<number, number>([[0, 0]]);
  for (const { value, stamp } of values
    .map((value) => ({ value, stamp: stampOf(value) }))
    .sort((a, b) => order(a.stamp, b.stamp))) {
    const last = stamps.at(-1);
    // Several records of one stroke share its stamp.
    if (last === undefined || order(last, stamp) !== 0) stamps.push(stamp);
    numberAfter.set(value, stamps.length);
  }
  const plane = new Uint16Array(TILE_PIXELS);
  let [last, after] = [0, 0];
  for (let i = 0; i < TILE_PIXELS; i++) {
    if (shown[i] !== last) {
      last = shown[i]!;
      after = numberAfter.get(last)!;
    }
    plane[i] = after;
  }
  return {
    bytes: encodeTile({ stamps, plane }, (sessionId) => numberOf.get(sessionId)!),
    stamps,
    numberAfter,
  };
}

const NOT_FOLDED = -1;

/** The picture stays as it is: a pixel that showed what is folded now shows its stamp, the others what they showed. */
function remapFolded(planes: Planes, { stamps, numberAfter }: FoldedBase, records: RecordTable): void {
  const { shown } = planes;
  // As a table: all tiles of a fold are done in one go, and a map would be asked millions of times.
  let [least, greatest] = [0, 0];
  for (const value of numberAfter.keys()) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const table = new Int32Array(greatest - least + 1).fill(NOT_FOLDED);
  for (const [value, number] of numberAfter) table[value - least] = number;
  for (let i = 0; i < TILE_PIXELS; i++) {
    const place = shown[i]! - least;
    // Beyond its end: records that came after the fold was planned.
    if (place < 0 || place >= table.length) continue;
    const number = table[place]!;
    if (number !== NOT_FOLDED) shown[i] = -number;
  }
  planes.stamps = stampTable(stamps, records);
}
