/**
 * The pixel rule: every pixel shows the label of the live record covering it with the greatest stamp. Tiles of 128² are
 * allocated when first painted. Knows no names, sockets or time; refuses the same record id twice.
 */
import { MaskError } from './errors.ts';
import type { StrokeRecord } from './record.ts';
import { firstRunOfRow, forEachRun, type Size } from './runs.ts';

export const TILE_SIZE = 128;
export const TILE_PIXELS = TILE_SIZE * TILE_SIZE;
export const MAX_MASK_SIDE = 12_000;

export interface PlacedRecord {
  /** Names this copy of the record within the composition. */
  readonly id: string;
  readonly sessionId: string;
  readonly record: StrokeRecord;
}

export interface Change {
  /** Indexes (row-major, `tilesAcross` a row) of the tiles that may look different now. */
  readonly tiles: number[];
  /** Pixels whose label changed to another one than 0. */
  readonly painted: number;
}

interface Tile {
  readonly labels: Uint8Array;
  /** Per pixel the slot of the record that shows, 0 where none does. */
  readonly slots: Uint32Array;
  /** Slots of the live records that touch this tile. */
  readonly records: Set<number>;
}

export interface Composition extends Size {
  readonly tilesAcross: number;
  readonly tilesDown: number;
  /** Live pixels per label, 256 entries that always sum to width * height. */
  readonly labelCounts: Readonly<Uint32Array>;
  /** Throws RECORD_ID_TAKEN, RUNS_OUTSIDE_MASK. */
  add(placed: PlacedRecord): Change;
  /** Throws RECORD_ID_UNKNOWN. */
  remove(id: string): Change;
  /** Like `remove` of each, but a tile that several touched is laid anew once. */
  removeAll(ids: readonly string[]): Change;
  has(id: string): boolean;
  labelAt(x: number, y: number): number;
  /** Session of the record that shows at the pixel, an eraser's too. */
  authorAt(x: number, y: number): string | undefined;
  /** Writes the 128 x 128 labels of a tile, row-major; 0 beyond the mask's edge. */
  copyTile(tileIndex: number, out: Uint8Array): void;
  /** All labels, row-major. */
  toLabels(): Uint8Array;
}

/** Total order of records: by stamp, then by what else tells two records apart, so that every replica agrees. */
export function compareRecords(a: PlacedRecord, b: PlacedRecord): number {
  return (
    a.record.lamport - b.record.lamport ||
    compareText(a.sessionId, b.sessionId) ||
    a.record.strokeId - b.record.strokeId ||
    a.record.part - b.record.part ||
    a.record.label - b.record.label ||
    compareText(a.id, b.id)
  );
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Throws MASK_TOO_LARGE. */
export function createComposition({ width, height }: Size): Composition {
  for (const side of [width, height]) {
    if (!(Number.isInteger(side) && side >= 1 && side <= MAX_MASK_SIDE)) {
      throw new MaskError('MASK_TOO_LARGE', `${width} x ${height}`);
    }
  }
  const tilesAcross = Math.ceil(width / TILE_SIZE);
  const tilesDown = Math.ceil(height / TILE_SIZE);
  const tiles: (Tile | undefined)[] = new Array<Tile | undefined>(tilesAcross * tilesDown);
  const labelCounts = new Uint32Array(256);
  labelCounts[0] = width * height;
  const slotOf = new Map<string, number>();
  // Slot 0 means "no record"; freed slots are used again, so that undoing for ever does not grow the table.
  const table: (PlacedRecord | undefined)[] = [undefined];
  const freeSlots: number[] = [];

  const tileAt = (index: number): Tile => {
    let tile = tiles[index];
    if (tile === undefined) {
      tile = { labels: new Uint8Array(TILE_PIXELS), slots: new Uint32Array(TILE_PIXELS), records: new Set() };
      tiles[index] = tile;
    }
    return tile;
  };

  /** Paints the pixels [from, to) of a tile where the record wins; returns how many came to show another label than 0. */
  const paintSpan = (tile: Tile, from: number, to: number, slot: number): number => {
    const { labels, slots } = tile;
    const placed = table[slot]!;
    const label = placed.record.label;
    let painted = 0;
    // Neighbours mostly show the same record: one comparison serves them all.
    let rival = -1;
    let wins = false;
    for (let i = from; i < to; i++) {
      const current = slots[i]!;
      if (current !== rival) {
        rival = current;
        wins = current === 0 || compareRecords(placed, table[current]!) > 0;
      }
      if (!wins) continue;
      slots[i] = slot;
      const before = labels[i]!;
      if (before === label) continue;
      labels[i] = label;
      labelCounts[before]!--;
      labelCounts[label]!++;
      if (label !== 0) painted++;
    }
    return painted;
  };

  /** Clears a tile and lays its records again. */
  const refold = (index: number): number => {
    const tile = tiles[index]!;
    const before = tile.labels.slice();
    const left = (index % tilesAcross) * TILE_SIZE;
    const top = Math.floor(index / tilesAcross) * TILE_SIZE;
    for (const label of tile.labels) labelCounts[label]!--;
    labelCounts[0]! += TILE_PIXELS;
    tile.labels.fill(0);
    tile.slots.fill(0);
    for (const slot of tile.records) {
      const { runs } = table[slot]!.record;
      for (let i = firstRunOfRow(runs, top); i < runs.length && runs[i]! < top + TILE_SIZE; i += 3) {
        const x0 = Math.max(runs[i + 1]! - left, 0);
        const x1 = Math.min(runs[i + 2]! - left, TILE_SIZE);
        const row = (runs[i]! - top) * TILE_SIZE;
        if (x0 < x1) paintSpan(tile, row + x0, row + x1, slot);
      }
    }
    let painted = 0;
    for (let i = 0; i < TILE_PIXELS; i++) {
      if (tile.labels[i] !== 0 && tile.labels[i] !== before[i]) painted++;
    }
    return painted;
  };

  const removeAll = (ids: readonly string[]): Change => {
    const touched = new Set<number>();
    for (const id of ids) {
      const slot = slotOf.get(id);
      if (slot === undefined) throw new MaskError('RECORD_ID_UNKNOWN', id);
      slotOf.delete(id);
      for (const index of tilesOf(table[slot]!.record)) {
        tiles[index]!.records.delete(slot);
        touched.add(index);
      }
      table[slot] = undefined;
      freeSlots.push(slot);
    }
    let painted = 0;
    for (const index of touched) painted += refold(index);
    return { tiles: [...touched], painted };
  };

  const pixel = (x: number, y: number) => {
    const tile = tiles[Math.floor(y / TILE_SIZE) * tilesAcross + Math.floor(x / TILE_SIZE)];
    return { tile, offset: (y % TILE_SIZE) * TILE_SIZE + (x % TILE_SIZE) };
  };
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;

  return {
    width,
    height,
    tilesAcross,
    tilesDown,
    labelCounts,
    has: (id) => slotOf.has(id),
    add(placed) {
      if (slotOf.has(placed.id)) throw new MaskError('RECORD_ID_TAKEN', placed.id);
      const { runs } = placed.record;
      for (let i = 0; i < runs.length; i += 3) {
        if (!inside(runs[i + 1]!, runs[i]!) || runs[i + 2]! > width) {
          throw new MaskError('RUNS_OUTSIDE_MASK', `run (${runs[i]}, ${runs[i + 1]}, ${runs[i + 2]})`);
        }
      }
      const slot = freeSlots.pop() ?? table.length;
      table[slot] = placed;
      slotOf.set(placed.id, slot);
      const touched = new Set<number>();
      let painted = 0;
      forEachRun(runs, (y, x0, x1) => {
        const tileRow = Math.floor(y / TILE_SIZE) * tilesAcross;
        const row = (y % TILE_SIZE) * TILE_SIZE;
        for (let column = Math.floor(x0 / TILE_SIZE); column * TILE_SIZE < x1; column++) {
          const left = column * TILE_SIZE;
          const tile = tileAt(tileRow + column);
          touched.add(tileRow + column);
          tile.records.add(slot);
          painted += paintSpan(
            tile,
            row + Math.max(x0 - left, 0),
            row + Math.min(x1 - left, TILE_SIZE),
            slot,
          );
        }
      });
      return { tiles: [...touched], painted };
    },
    remove: (id) => removeAll([id]),
    removeAll,
    labelAt(x, y) {
      if (!inside(x, y)) return 0;
      const { tile, offset } = pixel(x, y);
      return tile?.labels[offset] ?? 0;
    },
    authorAt(x, y) {
      if (!inside(x, y)) return undefined;
      const { tile, offset } = pixel(x, y);
      return tile === undefined ? undefined : table[tile.slots[offset]!]?.sessionId;
    },
    copyTile(tileIndex, out) {
      const tile = tiles[tileIndex];
      if (tile === undefined) out.fill(0, 0, TILE_PIXELS);
      else out.set(tile.labels);
    },
    toLabels() {
      const all = new Uint8Array(width * height);
      tiles.forEach((tile, index) => {
        if (tile === undefined) return;
        const left = (index % tilesAcross) * TILE_SIZE;
        const top = Math.floor(index / tilesAcross) * TILE_SIZE;
        const across = Math.min(TILE_SIZE, width - left);
        for (let row = 0; row < Math.min(TILE_SIZE, height - top); row++) {
          const from = row * TILE_SIZE;
          all.set(tile.labels.subarray(from, from + across), (top + row) * width + left);
        }
      });
      return all;
    },
  };

  function tilesOf(record: StrokeRecord): Set<number> {
    const touched = new Set<number>();
    forEachRun(record.runs, (y, x0, x1) => {
      const tileRow = Math.floor(y / TILE_SIZE) * tilesAcross;
      for (let column = Math.floor(x0 / TILE_SIZE); column * TILE_SIZE < x1; column++)
        touched.add(tileRow + column);
    });
    return touched;
  }
}
