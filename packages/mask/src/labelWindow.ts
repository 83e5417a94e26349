/** Label values looked at: those of a box, and which pixels of an area show certain labels. Reads tiles; changes nothing. */
import { TILE_PIXELS, TILE_SIZE } from './planeCoding.ts';
import { type Box, forEachRun, type Runs, RunsWriter, type Size } from './runs.ts';

/** Label values tile by tile, as a composition has them. */
export interface TiledLabels extends Size {
  readonly tilesAcross: number;
  /** Fills `out` (TILE_SIZE² bytes, row-major) with the labels of a tile. */
  copyTile(tileIndex: number, out: Uint8Array): void;
}

/** The labels of a box, row-major: pixel (x, y) of the mask is at (y - y0) * width + x - x0. */
export interface LabelWindow extends Size {
  readonly x0: number;
  readonly y0: number;
  readonly labels: Uint8Array;
}

/** The part of the box that lies inside the mask; 0 by 0 when none does. */
export function labelWindow(source: TiledLabels, box: Box): LabelWindow {
  const x0 = Math.max(0, box.x0);
  const y0 = Math.max(0, box.y0);
  const width = Math.max(0, Math.min(source.width, box.x1) - x0);
  const height = Math.max(0, Math.min(source.height, box.y1) - y0);
  const labels = new Uint8Array(width * height);
  const tile = new Uint8Array(TILE_PIXELS);
  if (labels.length === 0) return { x0, y0, width, height, labels };
  for (let row = y0 >> 7; row << 7 < y0 + height; row++) {
    for (let column = x0 >> 7; column << 7 < x0 + width; column++) {
      source.copyTile(row * source.tilesAcross + column, tile);
      const left = column << 7;
      const from = Math.max(x0, left);
      const to = Math.min(x0 + width, left + TILE_SIZE);
      for (let y = Math.max(y0, row << 7); y < Math.min(y0 + height, (row + 1) << 7); y++) {
        const at = (y & 127) * TILE_SIZE - left;
        labels.set(tile.subarray(at + from, at + to), (y - y0) * width + from - x0);
      }
    }
  }
  return { x0, y0, width, height, labels };
}

/** The pixels of `runs` (inside the mask) whose label is wanted. Each tile is read once. */
export function restrictToLabels(
  source: TiledLabels,
  runs: Runs,
  isWanted: (label: number) => boolean,
): Runs {
  const wanted = Uint8Array.from({ length: 256 }, (_, label) => (isWanted(label) ? 1 : 0));
  const out = new RunsWriter();
  // The tiles of one band at a time: runs come row by row.
  const tiles = new Map<number, Uint8Array>();
  let band = -1;
  forEachRun(runs, (y, x0, x1) => {
    if (y >> 7 !== band) {
      tiles.clear();
      band = y >> 7;
    }
    for (let column = x0 >> 7; column << 7 < x1; column++) {
      let tile = tiles.get(column);
      if (tile === undefined) {
        tile = new Uint8Array(TILE_PIXELS);
        source.copyTile(band * source.tilesAcross + column, tile);
        tiles.set(column, tile);
      }
      const row = (y & 127) * TILE_SIZE - (column << 7);
      const end = Math.min(x1, (column + 1) << 7);
      for (let x = Math.max(x0, column << 7); x < end; x++) {
        if (wanted[tile[row + x]!] === 0) continue;
        const start = x;
        while (x < end && wanted[tile[row + x]!] === 1) x++;
        out.push(y, start, x);
      }
    }
  });
  return out.finish();
}

/** The pixels of `area` by what `labelOf` says of each; those of label 0 are left out. */
export function splitByLabel(area: Runs, labelOf: (x: number, y: number) => number): Map<number, Runs> {
  const writers = new Map<number, RunsWriter>();
  forEachRun(area, (y, x0, x1) => {
    for (let x = x0; x < x1; ) {
      const start = x;
      const label = labelOf(x, y);
      do x++;
      while (x < x1 && labelOf(x, y) === label);
      if (label === 0) continue;
      let writer = writers.get(label);
      if (writer === undefined) {
        writer = new RunsWriter();
        writers.set(label, writer);
      }
      writer.push(y, start, x);
    }
  });
  return new Map([...writers].sort(([a], [b]) => a - b).map(([label, writer]) => [label, writer.finish()]));
}

/** All pixels of an image. */
export function wholeArea({ width, height }: Size): Runs {
  const out = new RunsWriter();
  for (let y = 0; y < height; y++) out.push(y, 0, width);
  return out.finish();
}
