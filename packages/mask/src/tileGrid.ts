/**
 * The tiles of one composition: the folded base of each, the live records that touch it and, while they last, its decoded planes.
 * Planes are a cache: the least recently used give way, and base and records give them again. Knows no counts.
 */

import { TILE_PIXELS, TILE_SIZE } from './planeCoding.ts';
import { copyLabels, layRecord, NOT_COUNTED, type Planes, planesOfBase, type TilePlace } from './planes.ts';
import type { RecordTable } from './recordTable.ts';
import type { Size } from './runs.ts';

export interface Tile {
  /** Encoded; undefined where nothing is folded. */
  base: Uint8Array | undefined;
  /** Slots of the live records that touch this tile. */
  readonly records: Set<number>;
  /** Through `TileGrid.planes` or `peek` only: what `stale` still has to do to them is done there. */
  planes: Planes | undefined;
  stale: ((planes: Planes) => void) | undefined;
}

export class TileGrid {
  readonly across: number;
  readonly down: number;
  /** What the session numbers in the bases mean. */
  sessions: readonly string[] = [];
  private readonly tiles: (Tile | undefined)[];
  /** Tiles with planes, the least recently used first. */
  private readonly decoded = new Set<number>();

  constructor(
    private readonly size: Size,
    private readonly records: RecordTable,
    private readonly maxPlanes: number,
  ) {
    this.across = Math.ceil(size.width / TILE_SIZE);
    this.down = Math.ceil(size.height / TILE_SIZE);
    this.tiles = new Array<Tile | undefined>(this.across * this.down);
  }

  get count(): number {
    return this.tiles.length;
  }

  /** Undefined where nothing ever was, or is any more. */
  at(index: number): Tile | undefined {
    return this.tiles[index];
  }

  make(index: number): Tile {
    let tile = this.tiles[index];
    if (tile === undefined) {
      tile = { base: undefined, records: new Set(), planes: undefined, stale: undefined };
      this.tiles[index] = tile;
    }
    return tile;
  }

  forgetIfEmpty(index: number): void {
    const tile = this.tiles[index];
    if (tile === undefined || tile.base !== undefined || tile.records.size > 0) return;
    this.drop(index);
    this.tiles[index] = undefined;
  }

  placeOf(index: number): TilePlace {
    const left = (index % this.across) * TILE_SIZE;
    const top = Math.floor(index / this.across) * TILE_SIZE;
    const x1 = Math.min(left + TILE_SIZE, this.size.width);
    const y1 = Math.min(top + TILE_SIZE, this.size.height);
    return { left, top, box: { x0: left, y0: top, x1, y1 } };
  }

  /** Kept for the next use. Throws TILE_BROKEN. */
  planes(index: number): Planes {
    const tile = this.make(index);
    tile.planes = this.fresh(tile) ?? this.build(tile, index);
    this.decoded.delete(index);
    this.decoded.add(index);
    if (this.decoded.size > this.maxPlanes) {
      for (const oldest of this.decoded) {
        if (oldest !== index) this.drop(oldest);
        break;
      }
    }
    return tile.planes;
  }

  /** For one look: a base alone is decoded again in no time, so it takes no place from tiles that are painted on. Throws TILE_BROKEN. */
  peek(index: number): Planes | undefined {
    const tile = this.tiles[index];
    if (tile === undefined) return undefined;
    if (tile.records.size > 0) return this.planes(index);
    return this.fresh(tile) ?? this.build(tile, index);
  }

  drop(index: number): void {
    const tile = this.tiles[index];
    if (tile !== undefined) {
      tile.planes = undefined;
      tile.stale = undefined;
    }
    this.decoded.delete(index);
  }

  /** Base and records of a tile have changed so that its planes are right after `bring`; that waits until somebody looks. */
  bringUpLater(index: number, bring: (planes: Planes) => void): void {
    const tile = this.make(index);
    if (this.fresh(tile) !== undefined) tile.stale = bring;
  }

  /** [128 * 128] labels, row-major. Throws TILE_BROKEN. */
  labels(index: number, out: Uint8Array = new Uint8Array(TILE_PIXELS)): Uint8Array {
    const planes = this.peek(index);
    if (planes === undefined) out.fill(0, 0, TILE_PIXELS);
    else copyLabels(planes, this.records, out);
    return out;
  }

  /** The base alone; undefined where nothing is folded. Throws TILE_BROKEN. */
  basePlanes(index: number): Planes | undefined {
    const base = this.tiles[index]?.base;
    if (base === undefined) return undefined;
    return planesOfBase(base, { sessions: this.sessions, place: this.placeOf(index), records: this.records });
  }

  private fresh(tile: Tile): Planes | undefined {
    if (tile.planes !== undefined && tile.stale !== undefined) {
      tile.stale(tile.planes);
      tile.stale = undefined;
    }
    return tile.planes;
  }

  private build(tile: Tile, index: number): Planes {
    const place = this.placeOf(index);
    const { sessions, records } = this;
    const planes = planesOfBase(tile.base, { sessions, place, records });
    for (const slot of tile.records) layRecord(planes, place, { slot, records, counts: NOT_COUNTED });
    return planes;
  }
}
