/**
 * The pixel rule: every pixel shows the label of the stroke covering it with the greatest stamp, be it a live record or folded
 * into the base of its tile. Decoded planes are a cache. Knows no names, sockets or time; refuses the same record id twice.
 */
import { MaskError } from './errors.ts';
import type { PlacedRecord } from './placedRecord.ts';
import {
  copyLabels,
  labelOf,
  layRecord,
  liftRecords,
  NOT_COUNTED,
  type Planes,
  planesOfBase,
  type TilePlace,
} from './planes.ts';
import { RecordTable } from './recordTable.ts';
import type { Box, Runs, Size } from './runs.ts';
import { type Stamp, TILE_PIXELS, TILE_SIZE, tileLabelCounts } from './tileCoding.ts';
import { checkAppended, type FoldedBase, foldTile, remapFolded, type TileFold } from './tileFold.ts';

export const MAX_MASK_SIDE = 12_000;
/** 64 KiB each. */
const MAX_PLANES = 512;

export interface Change {
  /** Indexes (row-major, `tilesAcross` a row) of the tiles that may look different now. */
  readonly tiles: number[];
  /** Pixels whose label changed to another one than 0. */
  readonly painted: number;
}

interface Tile {
  base: Uint8Array | undefined;
  /** Slots of the live records that touch this tile. */
  readonly records: Set<number>;
  planes: Planes | undefined;
}

export interface CompositionOptions extends Size {
  /** How many tiles stay decoded, 64 KiB each; the others are decoded again when they are touched. */
  readonly maxPlanes?: number;
}

export interface BaseTiles {
  readonly tiles: Iterable<readonly [index: number, bytes: Uint8Array]>;
  /** By the numbers that the tiles have for them; the ones before stay where they were. */
  readonly sessions: readonly string[];
  /** Tiles that are not given have no base. */
  readonly replaceAll: boolean;
  /** Live records to remove in the same step, mostly because this base holds them. */
  readonly removed?: readonly string[];
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
  const tilesAcross = Math.ceil(width / TILE_SIZE);
  const tilesDown = Math.ceil(height / TILE_SIZE);
  const tiles: (Tile | undefined)[] = new Array<Tile | undefined>(tilesAcross * tilesDown);
  const labelCounts = new Uint32Array(256);
  labelCounts[0] = width * height;
  const records = new RecordTable();
  let sessions: readonly string[] = [];
  /** Tiles with planes, the least recently used first. */
  const decoded = new Set<number>();
  let folding: ReadonlySet<number> | undefined;

  const placeOf = (index: number): TilePlace => {
    const left = (index % tilesAcross) * TILE_SIZE;
    const top = Math.floor(index / tilesAcross) * TILE_SIZE;
    const box = {
      x0: left,
      y0: top,
      x1: Math.min(left + TILE_SIZE, width),
      y1: Math.min(top + TILE_SIZE, height),
    };
    return { left, top, box };
  };
  const tileAt = (index: number): Tile => {
    let tile = tiles[index];
    if (tile === undefined) {
      tile = { base: undefined, records: new Set(), planes: undefined };
      tiles[index] = tile;
    }
    return tile;
  };
  const basePlanes = (tile: Tile, index: number): Planes =>
    planesOfBase(tile.base, { sessions, place: placeOf(index), records });
  const buildPlanes = (tile: Tile, index: number): Planes => {
    const planes = basePlanes(tile, index);
    const place = placeOf(index);
    for (const slot of tile.records) layRecord(planes, place, { slot, records, counts: NOT_COUNTED });
    return planes;
  };
  const forgetIfEmpty = (tile: Tile, index: number) => {
    if (tile.base !== undefined || tile.records.size > 0) return;
    dropPlanes(tile, index);
    tiles[index] = undefined;
  };
  const dropPlanes = (tile: Tile, index: number) => {
    tile.planes = undefined;
    decoded.delete(index);
  };
  const planesOf = (index: number): Planes => {
    const tile = tileAt(index);
    decoded.delete(index);
    tile.planes ??= buildPlanes(tile, index);
    decoded.add(index);
    if (decoded.size > maxPlanes) {
      const [oldest] = decoded;
      if (oldest !== index) dropPlanes(tiles[oldest!]!, oldest!);
    }
    return tile.planes;
  };
  /** Without keeping what was not kept. */
  const peekPlanes = (index: number): Planes | undefined => {
    const tile = tiles[index];
    return tile === undefined ? undefined : (tile.planes ?? buildPlanes(tile, index));
  };

  const labelsOf = (index: number): Uint8Array => {
    const labels = new Uint8Array(TILE_PIXELS);
    const planes = peekPlanes(index);
    if (planes !== undefined) copyLabels(planes, records, labels);
    return labels;
  };

  /** Changes base or records of a tile by `change`, then counts what looks different. */
  const relay = (index: number, change: (tile: Tile) => void): { differs: boolean; painted: number } => {
    const tile = tileAt(index);
    const before = labelsOf(index);
    dropPlanes(tile, index);
    change(tile);
    const after = new Uint8Array(TILE_PIXELS);
    copyLabels(planesOf(index), records, after);
    forgetIfEmpty(tile, index);
    let differs = false;
    let painted = 0;
    for (let i = 0; i < TILE_PIXELS; i++) {
      if (before[i] === after[i]) continue;
      differs = true;
      labelCounts[before[i]!]!--;
      labelCounts[after[i]!]!++;
      if (after[i] !== 0) painted++;
    }
    return { differs, painted };
  };

  const addAll = (placed: readonly PlacedRecord[]): Change => {
    const ids = new Set<string>();
    const footprints = placed.map(({ id, record }) => {
      if (records.has(id) || ids.has(id)) throw new MaskError('RECORD_ID_TAKEN', id);
      ids.add(id);
      return footprintOf(record.runs, { width, height, tilesAcross });
    });
    const added = placed.map((one, i) => records.add({ placed: one, ...footprints[i]! }));
    const byTile = slotsByTile(added);
    let painted = 0;
    for (const [index, slots] of byTile) {
      const planes = planesOf(index);
      for (const slot of slots) {
        tileAt(index).records.add(slot);
        painted += layRecord(planes, placeOf(index), { slot, records, counts: labelCounts });
      }
    }
    return { tiles: [...byTile.keys()], painted };
  };

  const slotsToRemove = (ids: readonly string[]): Set<number> => {
    const slots = new Set(ids.map((id) => records.slotOf(id)));
    for (const slot of slots) {
      if (folding?.has(slot)) throw new MaskError('FOLDING', records.at(slot).placed.id);
    }
    return slots;
  };
  const slotsByTile = (slots: Iterable<number>): Map<number, number[]> => {
    const byTile = new Map<number, number[]>();
    for (const slot of slots) {
      for (const index of records.at(slot).tiles) {
        const ofTile = byTile.get(index);
        if (ofTile === undefined) byTile.set(index, [slot]);
        else ofTile.push(slot);
      }
    }
    return byTile;
  };

  const removeAll = (ids: readonly string[]): Change => {
    const slots = slotsToRemove(ids);
    const changed: number[] = [];
    let painted = 0;
    for (const [index, gone] of slotsByTile(slots)) {
      const tile = tileAt(index);
      const planes = planesOf(index);
      for (const slot of gone) tile.records.delete(slot);
      const base = () => (tile.base === undefined ? undefined : basePlanes(tile, index));
      const options = { gone, others: tile.records, base, records };
      const change = liftRecords(planes, placeOf(index), { ...options, counts: labelCounts });
      if (change.differs) changed.push(index);
      painted += change.painted;
      forgetIfEmpty(tile, index);
    }
    for (const slot of slots) records.release(slot);
    return { tiles: changed, painted };
  };

  const setBase = ({ tiles: given, sessions: numbered, replaceAll, removed = [] }: BaseTiles): Change => {
    if (folding !== undefined) throw new MaskError('FOLDING', 'a base');
    const slots = slotsToRemove(removed);
    if (!replaceAll) checkAppended(sessions, numbered);
    const bases = new Map<number, Uint8Array | undefined>();
    if (replaceAll) {
      tiles.forEach((tile, index) => {
        if (tile?.base !== undefined) bases.set(index, undefined);
      });
    }
    for (const [index, bytes] of given) {
      if (!(Number.isInteger(index) && index >= 0 && index < tiles.length)) {
        throw new MaskError('TILE_BROKEN', `tile ${index} of ${tiles.length}`);
      }
      tileLabelCounts(bytes);
      bases.set(index, bytes);
    }
    // What is drawn already was drawn by the numbers of before.
    const sessionsBefore = sessions;
    const gone = slotsByTile(slots);
    const changed: number[] = [];
    let painted = 0;
    records.sessions.addAll(numbered);
    for (const index of new Set([...bases.keys(), ...gone.keys()])) {
      const base = bases.has(index) ? bases.get(index) : tiles[index]?.base;
      const tile = tiles[index];
      if (tile === undefined && base !== undefined) {
        tileAt(index).base = base;
        let labelled = 0;
        for (const [label, count] of tileLabelCounts(base)) {
          labelCounts[label]! += count;
          labelCounts[0]! -= count;
          labelled += count;
        }
        if (labelled > 0) changed.push(index);
        painted += labelled;
        continue;
      }
      sessions = sessionsBefore;
      const change = relay(index, (at) => {
        sessions = numbered;
        at.base = base;
        for (const slot of gone.get(index) ?? []) at.records.delete(slot);
      });
      if (change.differs) changed.push(index);
      painted += change.painted;
    }
    sessions = numbered;
    for (const slot of slots) records.release(slot);
    return { tiles: changed, painted };
  };

  const startFold = (ids: readonly string[], numbered: readonly string[]): TileFold => {
    if (folding !== undefined) throw new MaskError('FOLDING', 'another fold');
    checkAppended(sessions, numbered);
    const slots = new Set(ids.map((id) => records.slotOf(id)));
    const numberOf = new Map(numbered.map((sessionId, number) => [sessionId, number]));
    for (const slot of slots) {
      const { sessionId } = records.at(slot).placed;
      if (!numberOf.has(sessionId)) throw new MaskError('SESSION_UNNUMBERED', sessionId);
    }
    const work = slotsByTile(slots);
    const queue = [...work.keys()];
    const folded = new Map<number, FoldedBase>();
    const bytes = new Map<number, Uint8Array>();
    folding = slots;
    const step = () => {
      const index = queue.pop();
      if (index !== undefined) {
        const place = placeOf(index);
        const options = { slots: work.get(index)!, place, records, sessionsBefore: sessions, numberOf };
        const after = foldTile(tiles[index]!.base, options);
        folded.set(index, after);
        bytes.set(index, after.bytes);
      }
      return queue.length > 0;
    };
    const stop = () => {
      if (folding !== slots) throw new MaskError('FOLDING', 'a fold that has ended');
      folding = undefined;
    };
    return {
      step,
      tiles: bytes,
      finish() {
        while (step());
        stop();
        records.sessions.addAll(numbered);
        for (const [index, after] of folded) {
          const tile = tiles[index]!;
          tile.base = after.bytes;
          for (const slot of work.get(index)!) tile.records.delete(slot);
          if (tile.planes !== undefined) remapFolded(tile.planes, after, records);
        }
        sessions = numbered;
        for (const slot of slots) records.release(slot);
      },
      cancel: stop,
    };
  };

  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;
  /** Tile and value at a pixel. */
  const valueAt = (x: number, y: number): { value: number; planes: Planes } | undefined => {
    if (!inside(x, y)) return undefined;
    const index = Math.floor(y / TILE_SIZE) * tilesAcross + Math.floor(x / TILE_SIZE);
    if (tiles[index] === undefined) return undefined;
    const planes = planesOf(index);
    return { planes, value: planes.shown[(y % TILE_SIZE) * TILE_SIZE + (x % TILE_SIZE)]! };
  };

  return {
    width,
    height,
    tilesAcross,
    tilesDown,
    labelCounts,
    has: (id) => records.has(id),
    add(placed) {
      if (records.has(placed.id)) throw new MaskError('RECORD_ID_TAKEN', placed.id);
      const footprint = footprintOf(placed.record.runs, { width, height, tilesAcross });
      // Whatever is broken is found before anything changes.
      for (const index of footprint.tiles) if (tiles[index]?.planes === undefined) planesOf(index);
      const slot = records.add({ placed, ...footprint });
      let painted = 0;
      for (const index of footprint.tiles) {
        const planes = planesOf(index);
        tileAt(index).records.add(slot);
        painted += layRecord(planes, placeOf(index), { slot, records, counts: labelCounts });
      }
      return { tiles: footprint.tiles, painted };
    },
    addAll,
    remove: (id) => removeAll([id]),
    removeAll,
    labelAt(x, y) {
      const at = valueAt(x, y);
      return at === undefined ? 0 : labelOf(at.value, records, at.planes.stamps);
    },
    stampAt(x, y) {
      const at = valueAt(x, y);
      if (at === undefined || at.value === 0) return undefined;
      if (at.value < 0) return at.planes.stamps.stamps[-at.value - 1];
      const { sessionId, record } = records.at(at.value).placed;
      return { lamport: record.lamport, sessionId, label: record.label };
    },
    copyTile(tileIndex, out) {
      const planes = peekPlanes(tileIndex);
      if (planes === undefined) out.fill(0, 0, TILE_PIXELS);
      else copyLabels(planes, records, out);
    },
    toLabels() {
      const all = new Uint8Array(width * height);
      tiles.forEach((_, index) => {
        const labels = labelsOf(index);
        const { left, top, box } = placeOf(index);
        for (let row = 0; row < box.y1 - top; row++) {
          const from = row * TILE_SIZE;
          all.set(labels.subarray(from, from + box.x1 - left), (top + row) * width + left);
        }
      });
      return all;
    },
    setBase,
    baseTile: (tileIndex) => tiles[tileIndex]?.base,
    startFold,
  };
}

/** The box of runs, and the indexes of the tiles that they touch, in order. Throws RUNS_OUTSIDE_MASK. */
function footprintOf(
  runs: Runs,
  { width, height, tilesAcross }: Size & { tilesAcross: number },
): { tiles: number[]; box: Box } {
  const tiles: number[] = [];
  const lastBandIn = new Int32Array(tilesAcross).fill(-1);
  let x0 = width;
  let x1 = 0;
  for (let i = 0; i < runs.length; i += 3) {
    const y = runs[i]!;
    const from = runs[i + 1]!;
    const to = runs[i + 2]!;
    if (!(from >= 0 && y >= 0 && to <= width && y < height)) {
      throw new MaskError('RUNS_OUTSIDE_MASK', `run (${y}, ${from}, ${to})`);
    }
    if (from < x0) x0 = from;
    if (to > x1) x1 = to;
    const band = y >> 7;
    for (let column = from >> 7; column << 7 < to; column++) {
      if (lastBandIn[column] === band) continue;
      lastBandIn[column] = band;
      tiles.push(band * tilesAcross + column);
    }
  }
  return { tiles, box: { x0, y0: runs[0] ?? 0, x1, y1: (runs[runs.length - 3] ?? -1) + 1 } };
}
