/**
 * The pixel rule: every pixel shows the label of the stroke covering it with the greatest stamp, be it a live record or folded
 * into the base of its tile. Decoded planes are a cache. Knows no names, sockets or time; refuses the same record id twice.
 */
import { type BaseTiles, type Change, countDifferences, isAppended, layBase } from './baseLayer.ts';
import { MaskError } from './errors.ts';
import type { PlacedRecord } from './placedRecord.ts';
import { TILE_PIXELS, TILE_SIZE } from './planeCoding.ts';
import { copyLabels, labelOf, layRecord, liftRecords, NOT_COUNTED, type Planes } from './planes.ts';
import { RecordTable } from './recordTable.ts';
import type { Runs, Size } from './runs.ts';
import type { Stamp } from './tileCoding.ts';
import { startTileFold, type TileFold } from './tileFold.ts';
import { TileGrid } from './tileGrid.ts';

export const MAX_MASK_SIDE = 12_000;
/** 64 KiB each. */
const MAX_PLANES = 512;

export interface CompositionOptions extends Size {
  /** How many tiles stay decoded, 64 KiB each; the others are decoded again when they are touched. */
  readonly maxPlanes?: number;
}

/** Which stroke shows at each pixel of a tile. */
export interface TileStamps {
  /** [128 * 128], row-major: places in `stamps` counted from 1; 0 where no stroke is. */
  readonly plane: Uint16Array;
  readonly stamps: readonly Stamp[];
}

export interface Composition extends Size {
  readonly tilesAcross: number;
  readonly tilesDown: number;
  /** Pixels per label, 256 entries that always sum to width * height. */
  readonly labelCounts: Readonly<Uint32Array>;
  /** Throws RECORD_ID_TAKEN, RUNS_OUTSIDE_MASK, TILE_BROKEN. */
  add(placed: PlacedRecord): Change;
  /** Like `add` of each, but a tile that several touch is decoded once; one that is broken leaves it half done. */
  addAll(placed: readonly PlacedRecord[]): Change;
  /** Throws RECORD_ID_UNKNOWN, FOLDING, TILE_BROKEN. */
  remove(id: string): Change;
  /** Like `remove` of each, but a tile that several touched is laid anew once. */
  removeAll(ids: readonly string[]): Change;
  has(id: string): boolean;
  labelAt(x: number, y: number): number;
  /** Of the stroke that shows at the pixel, folded or live, an eraser's too. */
  stampAt(x: number, y: number): Stamp | undefined;
  /** The stamps of a whole tile, much faster than one by one; undefined where nothing ever was. */
  tileStamps(tileIndex: number): TileStamps | undefined;
  /** Writes the 128 x 128 labels of a tile, row-major; 0 beyond the mask's edge. */
  copyTile(tileIndex: number, out: Uint8Array): void;
  /** All labels, row-major. */
  toLabels(): Uint8Array;
  /** Lays encoded tiles under the records. Throws TILE_BROKEN, SESSION_UNNUMBERED, FOLDING, RECORD_ID_UNKNOWN. */
  setBase(base: BaseTiles): Change;
  /** Encoded base of a tile. */
  baseTile(tileIndex: number): Uint8Array | undefined;
  /**
   * Starts to fold live records into the base; others may come and go meanwhile. Of records of equal stamp those of smaller
   * stroke ids go first. `sessions`: numbers for the tiles, appended to those of the base.
   * Throws RECORD_ID_UNKNOWN, SESSION_UNNUMBERED, FOLDING.
   */
  startFold(ids: readonly string[], sessions: readonly string[]): TileFold;
}

/** Throws MASK_TOO_LARGE. */
export function createComposition({
  width,
  height,
  maxPlanes = MAX_PLANES,
}: CompositionOptions): Composition {
  for (const side of [width, height]) {
    if (!(Number.isInteger(side) && side >= 1 && side <= MAX_MASK_SIDE)) {
      throw new MaskError('MASK_TOO_LARGE', `${width} x ${height}`);
    }
  }
  const labelCounts = new Uint32Array(256);
  labelCounts[0] = width * height;
  const records = new RecordTable();
  const grid = new TileGrid({ width, height }, records, maxPlanes);
  /** Slots of the records that are being folded. */
  let folding: ReadonlySet<number> | undefined;

  /** Throws RECORD_ID_UNKNOWN, FOLDING. */
  const slotsToRemove = (ids: readonly string[]): Set<number> => {
    const slots = new Set(ids.map((id) => records.slotOf(id)));
    for (const slot of slots) {
      if (folding?.has(slot)) throw new MaskError('FOLDING', records.at(slot).id);
    }
    return slots;
  };

  const removeAll = (ids: readonly string[]): Change => {
    const slots = slotsToRemove(ids);
    const gone = records.byTile(slots);
    // Whatever is broken is found before anything changes.
    for (const index of gone.keys()) grid.planes(index);
    const changed: number[] = [];
    let painted = 0;
    for (const [index, goneHere] of gone) {
      const planes = grid.planes(index);
      const others = grid.make(index).records;
      for (const slot of goneHere) others.delete(slot);
      const change = liftRecords(planes, grid.placeOf(index), {
        gone: goneHere,
        others,
        base: () => grid.basePlanes(index),
        records,
        counts: labelCounts,
      });
      grid.forgetIfEmpty(index);
      if (change.differs) changed.push(index);
      painted += change.painted;
    }
    for (const slot of slots) records.release(slot);
    return { tiles: changed, painted };
  };

  const addAll = (placed: readonly PlacedRecord[]): Change => {
    const ids = new Set<string>();
    const tiles = placed.map(({ id, record }) => {
      if (records.has(id) || ids.has(id)) throw new MaskError('RECORD_ID_TAKEN', id);
      ids.add(id);
      return tilesOf(record.runs, { width, height, tilesAcross: grid.across });
    });
    const added = placed.map((one, i) => records.add(one, tiles[i]!));
    const byTile = records.byTile(added);
    let painted = 0;
    for (const [index, slots] of byTile) {
      const planes = grid.planes(index);
      const lay = (slot: number, counts: Uint32Array) => {
        grid.make(index).records.add(slot);
        return layRecord(planes, grid.placeOf(index), { slot, records, counts });
      };
      if (slots.length === 1) {
        painted += lay(slots[0]!, labelCounts);
        continue;
      }
      // A pixel that several of them paint counts once.
      const before = copyLabels(planes, records, new Uint8Array(TILE_PIXELS));
      for (const slot of slots) lay(slot, NOT_COUNTED);
      const after = copyLabels(planes, records, new Uint8Array(TILE_PIXELS));
      painted += countDifferences(before, after, labelCounts).painted;
    }
    return { tiles: [...byTile.keys()], painted };
  };

  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;
  const at = (x: number, y: number): { value: number; planes: Planes } | undefined => {
    if (!inside(x, y)) return undefined;
    const index = Math.floor(y / TILE_SIZE) * grid.across + Math.floor(x / TILE_SIZE);
    if (grid.at(index) === undefined) return undefined;
    const planes = grid.planes(index);
    return {
      planes,
      value: planes.shown[Math.floor(y % TILE_SIZE) * TILE_SIZE + Math.floor(x % TILE_SIZE)]!,
    };
  };

  /** Of a value of `shown` that is not 0. */
  const stampOf = (value: number, planes: Planes): Stamp => {
    if (value < 0) return planes.stamps.stamps[-value - 1]!;
    const { sessionId, lamport, label } = records.at(value);
    return { lamport, sessionId, label };
  };

  return {
    width,
    height,
    tilesAcross: grid.across,
    tilesDown: grid.down,
    labelCounts,
    has: (id) => records.has(id),
    add(placed) {
      if (records.has(placed.id)) throw new MaskError('RECORD_ID_TAKEN', placed.id);
      const tiles = tilesOf(placed.record.runs, { width, height, tilesAcross: grid.across });
      // Whatever is broken is found before anything changes.
      for (const index of tiles) if (grid.at(index)?.planes === undefined) grid.planes(index);
      const slot = records.add(placed, tiles);
      let painted = 0;
      for (const index of tiles) {
        const planes = grid.planes(index);
        grid.make(index).records.add(slot);
        painted += layRecord(planes, grid.placeOf(index), { slot, records, counts: labelCounts });
      }
      return { tiles, painted };
    },
    addAll,
    remove: (id) => removeAll([id]),
    removeAll,
    labelAt(x, y) {
      const pixel = at(x, y);
      return pixel === undefined ? 0 : labelOf(pixel.value, records, pixel.planes.stamps);
    },
    stampAt(x, y) {
      const pixel = at(x, y);
      return pixel === undefined || pixel.value === 0 ? undefined : stampOf(pixel.value, pixel.planes);
    },
    tileStamps(tileIndex) {
      const planes = grid.peek(tileIndex);
      if (planes === undefined) return undefined;
      const plane = new Uint16Array(TILE_PIXELS);
      const stamps: Stamp[] = [];
      const places = new Map<number, number>();
      const placeOf = (value: number): number => {
        let place = places.get(value);
        if (place === undefined) {
          place = stamps.push(stampOf(value, planes));
          places.set(value, place);
        }
        return place;
      };
      for (let i = 0; i < TILE_PIXELS; ) {
        const value = planes.shown[i]!;
        const start = i++;
        while (i < TILE_PIXELS && planes.shown[i] === value) i++;
        if (value !== 0) plane.fill(placeOf(value), start, i);
      }
      return { plane, stamps };
    },
    copyTile(tileIndex, out) {
      grid.labels(tileIndex, out);
    },
    toLabels() {
      const all = new Uint8Array(width * height);
      for (let index = 0; index < grid.count; index++) {
        if (grid.at(index) === undefined) continue;
        const labels = grid.labels(index);
        const { left, top, box } = grid.placeOf(index);
        for (let y = top; y < box.y1; y++) {
          const from = (y - top) * TILE_SIZE;
          all.set(labels.subarray(from, from + box.x1 - left), y * width + left);
        }
      }
      return all;
    },
    setBase(base) {
      if (folding !== undefined) throw new MaskError('FOLDING', 'a base');
      const slots = slotsToRemove(base.removed ?? []);
      const change = layBase(base, { grid, records, gone: records.byTile(slots), labelCounts });
      for (const slot of slots) records.release(slot);
      return change;
    },
    baseTile: (tileIndex) => grid.at(tileIndex)?.base,
    startFold(ids, sessions) {
      if (folding !== undefined) throw new MaskError('FOLDING', 'another fold');
      if (!isAppended(grid.sessions, sessions)) {
        throw new MaskError('SESSION_UNNUMBERED', 'sessions in another order');
      }
      const slots = new Set(ids.map((id) => records.slotOf(id)));
      const end = () => {
        folding = undefined;
      };
      const fold = startTileFold({ grid, records, slots, work: records.byTile(slots), sessions, end });
      folding = slots;
      return fold;
    },
  };
}

/** The indexes of the tiles that runs touch, in order. Throws RUNS_OUTSIDE_MASK. */
function tilesOf(runs: Runs, { width, height, tilesAcross }: Size & { tilesAcross: number }): number[] {
  const tiles: number[] = [];
  const lastBandIn = new Int32Array(tilesAcross).fill(-1);
  for (let i = 0; i < runs.length; i += 3) {
    const y = runs[i]!;
    const from = runs[i + 1]!;
    const to = runs[i + 2]!;
    if (!(from >= 0 && y >= 0 && to <= width && y < height)) {
      throw new MaskError('RUNS_OUTSIDE_MASK', `run (${y}, ${from}, ${to})`);
    }
    const band = y >> 7;
    for (let column = from >> 7; column << 7 < to; column++) {
      if (lastBandIn[column] === band) continue;
      lastBandIn[column] = band;
      tiles.push(band * tilesAcross + column);
    }
  }
  return tiles;
}
