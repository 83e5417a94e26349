/** Laying folded tiles under the live records of a composition, as they come from whoever folded. Refuses what does not decode before anything changes. */
import { MaskError } from './errors.ts';
import { TILE_PIXELS } from './planeCoding.ts';
import { planesOfBase } from './planes.ts';
import type { RecordTable } from './recordTable.ts';
import { tileLabelCounts } from './tileCoding.ts';
import type { TileGrid } from './tileGrid.ts';

export interface BaseTiles {
  readonly tiles: Iterable<readonly [index: number, bytes: Uint8Array]>;
  /** By the numbers that the tiles have for them; unless all tiles are replaced, those of before stay where they were. */
  readonly sessions: readonly string[];
  /** Tiles that are not given have no base. */
  readonly replaceAll: boolean;
  /** Live records to remove in the same step, mostly because this base holds them. */
  readonly removed?: readonly string[];
}

export interface Change {
  /** Indexes (row-major, `tilesAcross` a row) of the tiles that may look different now. */
  readonly tiles: number[];
  /** Pixels whose label changed to another one than 0. */
  readonly painted: number;
}

/**
 * `gone`: slots of the records to remove, by the tiles that they touch; whoever calls releases them. Counts follow in
 * `labelCounts`. Throws TILE_BROKEN, SESSION_UNNUMBERED, and then nothing has changed.
 */
export function layBase(
  { tiles, sessions, replaceAll }: BaseTiles,
  options: {
    grid: TileGrid;
    records: RecordTable;
    gone: ReadonlyMap<number, readonly number[]>;
    labelCounts: Uint32Array;
  },
): Change {
  const { grid, records, gone, labelCounts } = options;
  const appended = isAppended(grid.sessions, sessions);
  if (!replaceAll && !appended) throw new MaskError('SESSION_UNNUMBERED', 'sessions in another order');
  records.sessions.addAll(sessions);
  const bases = newBases(tiles, replaceAll, grid);
  for (const index of gone.keys()) if (!bases.has(index)) bases.set(index, grid.at(index)?.base);
  for (const [index, base] of bases) {
    const tile = grid.at(index);
    // A tile where nothing was is decoded when somebody looks or paints.
    if (tile === undefined) continue;
    if (appended && !gone.has(index) && sameBytes(tile.base, base)) {
      bases.delete(index);
      continue;
    }
    grid.labels(index);
    planesOfBase(base, { sessions, place: grid.placeOf(index), records });
  }
  const sessionsBefore = grid.sessions;
  const changed: number[] = [];
  let painted = 0;
  for (const [index, base] of bases) {
    grid.sessions = sessionsBefore;
    const isNew = grid.at(index) === undefined;
    const before = isNew ? undefined : grid.labels(index);
    grid.sessions = sessions;
    grid.drop(index);
    const tile = grid.make(index);
    tile.base = base;
    for (const slot of gone.get(index) ?? []) tile.records.delete(slot);
    grid.forgetIfEmpty(index);
    const change =
      before === undefined
        ? countBase(base, labelCounts)
        : countDifferences(before, grid.labels(index), labelCounts);
    if (change.differs) changed.push(index);
    painted += change.painted;
  }
  grid.sessions = sessions;
  return { tiles: changed, painted };
}

/** Whether the sessions of before keep their numbers. */
export const isAppended = (before: readonly string[], after: readonly string[]): boolean =>
  before.every((sessionId, number) => after[number] === sessionId);

/** Every tile whose base is given or taken away. Throws TILE_BROKEN for what is no tile of this mask. */
function newBases(
  given: BaseTiles['tiles'],
  replaceAll: boolean,
  grid: TileGrid,
): Map<number, Uint8Array | undefined> {
  const bases = new Map<number, Uint8Array | undefined>();
  for (let index = 0; replaceAll && index < grid.count; index++) {
    if (grid.at(index)?.base !== undefined) bases.set(index, undefined);
  }
  for (const [index, bytes] of given) {
    if (!(Number.isInteger(index) && index >= 0 && index < grid.count)) {
      throw new MaskError('TILE_BROKEN', `tile ${index} of ${grid.count}`);
    }
    tileLabelCounts(bytes);
    bases.set(index, bytes);
  }
  return bases;
}

/** A base where nothing was: by its header alone. */
function countBase(
  base: Uint8Array | undefined,
  labelCounts: Uint32Array,
): { differs: boolean; painted: number } {
  let painted = 0;
  for (const [label, count] of base === undefined ? [] : tileLabelCounts(base)) {
    labelCounts[label]! += count;
    painted += count;
  }
  labelCounts[0]! -= painted;
  return { differs: painted > 0, painted };
}

/** Moves pixels between labels in `labelCounts`; `before` and `after`: [128 * 128] labels. */
export function countDifferences(
  before: Uint8Array,
  after: Uint8Array,
  labelCounts: Uint32Array,
): { differs: boolean; painted: number } {
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
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
