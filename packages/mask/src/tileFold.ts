/**
 * Turns live records of a composition into base, one tile at a time. Until `finish` nothing changes; `finish` does not change
 * the picture. Knows no store: whoever folds keeps the tiles first, and finishes then.
 */
import { MaskError } from './errors.ts';
import { layRecord, NOT_COUNTED, type Planes, planesOfBase, stampTable, type TilePlace } from './planes.ts';
import type { RecordTable } from './recordTable.ts';
import { encodeTile, type Stamp, TILE_PIXELS } from './tileCoding.ts';

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

/** One tile after folding, and where its values went: what showed a folded record or the old base shows this stamp (k) now. */
export interface FoldedBase {
  readonly bytes: Uint8Array;
  readonly stamps: readonly Stamp[];
  readonly numberAfter: ReadonlyMap<number, number>;
}

/** Base and records of one tile together. `sessions`: numbers for the new tile; those of the old one are among them, in place. */
export function foldTile(
  base: Uint8Array | undefined,
  options: {
    slots: Iterable<number>;
    place: TilePlace;
    records: RecordTable;
    sessionsBefore: readonly string[];
    numberOf: ReadonlyMap<string, number>;
  },
): FoldedBase {
  const { place, records, sessionsBefore, numberOf } = options;
  const planes = planesOfBase(base, { sessions: sessionsBefore, place, records });
  for (const slot of options.slots) layRecord(planes, place, { slot, records, counts: NOT_COUNTED });
  const values = [...new Set(planes.shown)].filter((value) => value !== 0);
  const stampOf = (value: number): Stamp => {
    if (value < 0) return planes.stamps.stamps[-value - 1]!;
    const { sessionId, record } = records.at(value).placed;
    return { lamport: record.lamport, sessionId, label: record.label };
  };
  const number = (stamp: Stamp) => numberOf.get(stamp.sessionId)!;
  const stamps: Stamp[] = [];
  const numberAfter = new Map<number, number>([[0, 0]]);
  const ordered = values
    .map((value) => ({ value, stamp: stampOf(value) }))
    .sort(
      ({ stamp: a }, { stamp: b }) => a.lamport - b.lamport || number(a) - number(b) || a.label - b.label,
    );
  for (const { value, stamp } of ordered) {
    const last = stamps.at(-1);
    const same =
      last?.lamport === stamp.lamport && last.sessionId === stamp.sessionId && last.label === stamp.label;
    if (!same) stamps.push(stamp);
    numberAfter.set(value, stamps.length);
  }
  const plane = new Uint16Array(TILE_PIXELS);
  for (let i = 0; i < TILE_PIXELS; i++) plane[i] = numberAfter.get(planes.shown[i]!)!;
  return { bytes: encodeTile({ stamps, plane }, (id) => numberOf.get(id)!), stamps, numberAfter };
}

/** Pixels that showed what was folded show its stamp. */
export function remapFolded(planes: Planes, { stamps, numberAfter }: FoldedBase, records: RecordTable): void {
  const { shown } = planes;
  for (let i = 0; i < TILE_PIXELS; i++) {
    const after = numberAfter.get(shown[i]!);
    if (after !== undefined) shown[i] = -after;
  }
  planes.stamps = stampTable(stamps, records);
}

/** Session numbers must never change under tiles that are kept. Throws SESSION_UNNUMBERED. */
export function checkAppended(before: readonly string[], after: readonly string[]): void {
  before.forEach((sessionId, number) => {
    if (after[number] !== sessionId) {
      throw new MaskError('SESSION_UNNUMBERED', `session ${number} was ${sessionId}, is ${after[number]}`);
    }
  });
}
