/**
 * What shows at each pixel of one tile, decoded: a live record or a stamp of the base. A cache: base bytes and live records
 * give it again. Knows no other tile.
 */
import { MaskError } from './errors.ts';
import type { RecordTable } from './recordTable.ts';
import { firstRunOfRow } from './runs.ts';
import { decodeTile, type Stamp, TILE_PIXELS, TILE_SIZE } from './tileCoding.ts';

export interface Planes {
  /** [128 * 128], row-major: the slot of the live record that shows, -k where stamp k - 1 of the base does, else 0. */
  readonly shown: Int32Array;
  /** Of the base; rows of `shown` count them from 1. */
  stamps: StampTable;
}

export interface StampTable {
  readonly stamps: readonly Stamp[];
  readonly lamports: Float64Array;
  readonly sessionNumbers: Int32Array;
  readonly labels: Uint8Array;
}

/** Where a tile lies in the mask, in pixels; `across` and `down` are less than 128 at its edges. */
export interface TilePlace {
  readonly left: number;
  readonly top: number;
  readonly across: number;
  readonly down: number;
}

export function stampTable(stamps: readonly Stamp[], records: RecordTable): StampTable {
  return {
    stamps,
    lamports: Float64Array.from(stamps, ({ lamport }) => lamport),
    sessionNumbers: Int32Array.from(stamps, ({ sessionId }) => records.sessions.numberOf(sessionId)),
    labels: Uint8Array.from(stamps, ({ label }) => label),
  };
}

/** The base alone. Throws TILE_BROKEN, also for pixels beyond the mask's edge. */
export function planesOfBase(
  base: Uint8Array | undefined,
  { sessions, place, records }: { sessions: readonly string[]; place: TilePlace; records: RecordTable },
): Planes {
  const shown = new Int32Array(TILE_PIXELS);
  if (base === undefined) return { shown, stamps: stampTable([], records) };
  const { stamps, plane } = decodeTile(base, sessions);
  for (let i = 0; i < TILE_PIXELS; i++) shown[i] = -plane[i]!;
  if (place.across < TILE_SIZE || place.down < TILE_SIZE) {
    for (let i = 0; i < TILE_PIXELS; i++) {
      const outside = i % TILE_SIZE >= place.across || i >= place.down * TILE_SIZE;
      if (outside && plane[i] !== 0) throw new MaskError('TILE_BROKEN', "pixels beyond the mask's edge");
    }
  }
  return { shown, stamps: stampTable(stamps, records) };
}

/** Label of a value of `shown`. */
export const labelOf = (value: number, records: RecordTable, stamps: StampTable): number =>
  value > 0 ? records.labels[value]! : value < 0 ? stamps.labels[-value - 1]! : 0;

/** Whether a live record shows above what is there. Equal stamps are the same stroke: the live record stands for it. */
function wins(slot: number, value: number, records: RecordTable, stamps: StampTable): boolean {
  if (value === 0) return true;
  if (value > 0) return records.above(slot, value);
  const later = records.lamports[slot]! - stamps.lamports[-value - 1]!;
  if (later !== 0) return later > 0;
  const { ranks } = records.sessions;
  return ranks[records.sessionNumbers[slot]!]! >= ranks[stamps.sessionNumbers[-value - 1]!]!;
}

/**
 * Lays a live record over a tile, wherever it wins; twice is as once. Moves pixels between labels in `counts`, and returns how
 * many came to show another label than 0.
 */
export function layRecord(
  { shown, stamps }: Planes,
  { left, top }: TilePlace,
  { slot, records, counts }: { slot: number; records: RecordTable; counts: Uint32Array },
): number {
  const { record } = records.at(slot).placed;
  const { runs, label } = record;
  const bottom = top + TILE_SIZE;
  let painted = 0;
  // Neighbours mostly show the same record: one comparison serves them all.
  let rival = slot;
  let winning = false;
  let labelBefore = label;
  for (let run = firstRunOfRow(runs, top); run < runs.length && runs[run]! < bottom; run += 3) {
    const row = (runs[run]! - top) * TILE_SIZE;
    const end = row + Math.min(runs[run + 2]! - left, TILE_SIZE);
    let i = row + Math.max(runs[run + 1]! - left, 0);
    while (i < end) {
      const value = shown[i]!;
      const from = i++;
      while (i < end && shown[i] === value) i++;
      if (value !== rival) {
        rival = value;
        winning = wins(slot, value, records, stamps);
        labelBefore = labelOf(value, records, stamps);
      }
      if (!winning) continue;
      shown.fill(slot, from, i);
      if (labelBefore === label) continue;
      counts[labelBefore]! -= i - from;
      counts[label]! += i - from;
      if (label !== 0) painted += i - from;
    }
  }
  return painted;
}

export function copyLabels({ shown, stamps }: Planes, records: RecordTable, out: Uint8Array): void {
  for (let i = 0; i < TILE_PIXELS; ) {
    const value = shown[i]!;
    const from = i++;
    while (i < TILE_PIXELS && shown[i] === value) i++;
    out.fill(labelOf(value, records, stamps), from, i);
  }
}
