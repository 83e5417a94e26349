/**
 * What shows at each pixel of one tile, decoded: a live record or a stamp of the base. A cache: base bytes and live records
 * give it again. Knows no other tile.
 */
import { MaskError } from './errors.ts';
import { TILE_PIXELS, TILE_SIZE } from './planeCoding.ts';
import type { RecordTable } from './recordTable.ts';
import { type Box, firstRunOfRow } from './runs.ts';
import { decodeTile, type Stamp } from './tileCoding.ts';

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

/** Where a tile lies in the mask, in pixels. */
export interface TilePlace {
  readonly left: number;
  readonly top: number;
  /** In the mask; narrower than 128 x 128 at its edges. */
  readonly box: Box;
}

/** For laying what was counted already. */
export const NOT_COUNTED = new Uint32Array(256);

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
  const across = place.box.x1 - place.left;
  const down = place.box.y1 - place.top;
  if (across < TILE_SIZE || down < TILE_SIZE) {
    for (let i = 0; i < TILE_PIXELS; i++) {
      const outside = i % TILE_SIZE >= across || i >= down * TILE_SIZE;
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

/** Lays one live record over spans of a tile, wherever it wins; twice is as once. */
class RecordLayer {
  /** Pixels that came to show another label than 0. */
  painted = 0;
  private readonly label: number;
  // Neighbours mostly show the same record: one comparison serves them all.
  private rival: number;
  private winning = false;
  private labelBefore: number;

  constructor(
    private readonly planes: Planes,
    private readonly slot: number,
    private readonly records: RecordTable,
    /** Pixels per label, kept in step. */
    private readonly counts: Uint32Array,
  ) {
    this.label = records.labels[slot]!;
    this.rival = slot;
    this.labelBefore = this.label;
  }

  /** Pixels [from, to) of the plane. */
  lay(from: number, to: number): void {
    const { shown } = this.planes;
    for (let i = from; i < to; ) {
      const value = shown[i]!;
      const start = i++;
      while (i < to && shown[i] === value) i++;
      if (value !== this.rival) this.meet(value);
      if (!this.winning) continue;
      shown.fill(this.slot, start, i);
      if (this.labelBefore === this.label) continue;
      this.counts[this.labelBefore]! -= i - start;
      this.counts[this.label]! += i - start;
      if (this.label !== 0) this.painted += i - start;
    }
  }

  private meet(value: number): void {
    this.rival = value;
    this.winning = wins(this.slot, value, this.records, this.planes.stamps);
    this.labelBefore = labelOf(value, this.records, this.planes.stamps);
  }
}

/** Lays a live record over a tile; returns how many pixels came to show another label than 0. */
export function layRecord(
  planes: Planes,
  { left, top, box }: TilePlace,
  { slot, records, counts }: { slot: number; records: RecordTable; counts: Uint32Array },
): number {
  const layer = new RecordLayer(planes, slot, records, counts);
  const { runs } = records.at(slot);
  for (let run = firstRunOfRow(runs, box.y0); run < runs.length && runs[run]! < box.y1; run += 3) {
    const row = (runs[run]! - top) * TILE_SIZE - left;
    layer.lay(row + Math.max(runs[run + 1]!, box.x0), row + Math.min(runs[run + 2]!, box.x1));
  }
  return layer.painted;
}

/** Lays a live record over gaps only. */
function fillGaps(
  planes: Planes,
  { left, top }: TilePlace,
  { gaps, slot, records }: { gaps: readonly Gap[]; slot: number; records: RecordTable },
): void {
  const layer = new RecordLayer(planes, slot, records, NOT_COUNTED);
  const { runs } = records.at(slot);
  let run = firstRunOfRow(runs, gaps[0]!.y);
  for (const { y, from, to } of gaps) {
    while (run < runs.length && runs[run]! < y) run += 3;
    const row = (y - top) * TILE_SIZE - left;
    // A run may reach over several gaps of its row, so `run` stays.
    for (let at = run; at < runs.length && runs[at] === y && row + runs[at + 1]! < to; at += 3) {
      layer.lay(Math.max(row + runs[at + 1]!, from), Math.min(row + runs[at + 2]!, to));
    }
  }
}

/** Pixels [from, to) of a tile's plane that showed one record. */
interface Gap {
  /** Row of the mask. */
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly label: number;
}

/**
 * Takes records out of a tile: what they showed shows what lies beneath, and nothing else is touched. `gone` no longer belong to
 * the tile's `others`, but are in the table still.
 */
export function liftRecords(
  planes: Planes,
  place: TilePlace,
  options: {
    gone: readonly number[];
    others: Iterable<number>;
    /** Undefined where nothing was ever folded. */
    base: () => Planes | undefined;
    records: RecordTable;
    counts: Uint32Array;
  },
): { differs: boolean; painted: number } {
  const { gone, others, records, counts } = options;
  const { shown } = planes;
  const gaps: Gap[] = [];
  for (const slot of gone) {
    const { runs, label } = records.at(slot);
    const { y0, y1, x0, x1 } = place.box;
    for (let run = firstRunOfRow(runs, y0); run < runs.length && runs[run]! < y1; run += 3) {
      const y = runs[run]!;
      const row = (y - place.top) * TILE_SIZE - place.left;
      const end = row + Math.min(runs[run + 2]!, x1);
      for (let i = row + Math.max(runs[run + 1]!, x0); i < end; i++) {
        if (shown[i] !== slot) continue;
        const from = i++;
        while (i < end && shown[i] === slot) i++;
        gaps.push({ y, from, to: i, label });
      }
    }
  }
  if (gaps.length === 0) return { differs: false, painted: 0 };
  if (gone.length > 1) gaps.sort((a, b) => a.from - b.from);
  const beneath = options.base()?.shown;
  for (const { from, to } of gaps) {
    if (beneath === undefined) shown.fill(0, from, to);
    else shown.set(beneath.subarray(from, to), from);
  }
  const top = gone.reduce((a, b) => (records.above(a, b) ? a : b));
  const [firstRow, lastRow] = [gaps[0]!.y, gaps.at(-1)!.y];
  for (const slot of others) {
    const { runs } = records.at(slot);
    // What lies above all that is gone shows already wherever it can.
    const isElsewhere = runs[0]! > lastRow || runs[runs.length - 3]! < firstRow;
    if (isElsewhere || !records.above(top, slot)) continue;
    fillGaps(planes, place, { gaps, slot, records });
  }
  return countGaps(planes, gaps, { records, counts });
}

function countGaps(
  { shown, stamps }: Planes,
  gaps: readonly Gap[],
  { records, counts }: { records: RecordTable; counts: Uint32Array },
): { differs: boolean; painted: number } {
  let differs = false;
  let painted = 0;
  for (const { from, to, label: before } of gaps) {
    for (let i = from; i < to; ) {
      const value = shown[i]!;
      const start = i++;
      while (i < to && shown[i] === value) i++;
      const label = labelOf(value, records, stamps);
      if (label === before) continue;
      differs = true;
      counts[before]! -= i - start;
      counts[label]! += i - start;
      if (label !== 0) painted += i - start;
    }
  }
  return { differs, painted };
}

/** Fills `out`, [128 * 128] labels, and returns it. */
export function copyLabels({ shown, stamps }: Planes, records: RecordTable, out: Uint8Array): Uint8Array {
  let last = 0;
  let label = 0;
  for (let i = 0; i < TILE_PIXELS; i++) {
    const value = shown[i]!;
    if (value !== last) {
      last = value;
      label = labelOf(value, records, stamps);
    }
    out[i] = label;
  }
  return out;
}
