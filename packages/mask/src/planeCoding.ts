/**
 * How a tile's plane becomes bytes: each row as differences to the row above, since strokes are areas and their edges move little
 * from row to row. Knows no stamps' meaning; refuses values and runs that do not fit.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';
import { MaskError } from './errors.ts';

export const TILE_SIZE = 128;
export const TILE_PIXELS = TILE_SIZE * TILE_SIZE;

/** Maximal runs of one row, from left to right: where each ends (exclusive) and its value. */
class Row {
  length = 0;
  readonly ends = new Uint8Array(TILE_SIZE);
  readonly values = new Uint16Array(TILE_SIZE);

  push(end: number, value: number): void {
    this.ends[this.length] = end;
    this.values[this.length++] = value;
  }

  /** The run that goes on below: the first one that reaches beyond x and has another value than the run before x. */
  continuing(x: number, before: number, from: number): number {
    let k = from;
    while (this.ends[k]! <= x) k++;
    return this.values[k] === before && k + 1 < this.length ? k + 1 : k;
  }
}

/**
 * One byte per run mostly. 0 … 62: it continues a run above, and ends by so much (0, -1, 1, -2, 2 …) beside it; 64 … 126: the
 * same of the next run above. 63 and 127: by more, in the byte that follows. NEW: value and length follow.
 */
const NEXT = 64;
const FAR = 63;
const NEW = 128;
/** Above the first row: nothing. */
const emptyRow = () => {
  const row = new Row();
  row.push(TILE_SIZE, 0);
  return row;
};

/** `plane`: [128 * 128], row-major. */
export function packPlane(plane: Uint16Array, out: ByteWriter): void {
  let above = emptyRow();
  let row = new Row();
  for (let start = 0; start < TILE_PIXELS; start += TILE_SIZE) {
    row.length = 0;
    let before = -1;
    let k = 0;
    for (let x = 0; x < TILE_SIZE; ) {
      const value = plane[start + x]!;
      let end = x + 1;
      while (end < TILE_SIZE && plane[start + end] === value) end++;
      k = above.continuing(x, before, k);
      if (above.values[k] === value) packEnd(end - above.ends[k]!, 0, out);
      else if (k + 1 < above.length && above.values[k + 1] === value)
        packEnd(end - above.ends[k + 1]!, NEXT, out);
      else {
        out.byte(NEW);
        out.varint(value);
        out.byte(end - x);
      }
      row.push(end, value);
      before = value;
      x = end;
    }
    [above, row] = [row, above];
  }
}

function packEnd(difference: number, kind: 0 | typeof NEXT, out: ByteWriter): void {
  const folded = difference < 0 ? -2 * difference - 1 : 2 * difference;
  out.byte(kind + Math.min(folded, FAR));
  if (folded >= FAR) out.byte(folded);
}

/** Values from 0 to `greatest`, each of which must show unless it is 0. Throws TILE_BROKEN. */
export function unpackPlane(reader: ByteReader, greatest: number): Uint16Array {
  const plane = new Uint16Array(TILE_PIXELS);
  const shows = new Uint8Array(greatest + 1);
  let above = emptyRow();
  let row = new Row();
  for (let start = 0; start < TILE_PIXELS; start += TILE_SIZE) {
    row.length = 0;
    let before = -1;
    let k = 0;
    for (let x = 0; x < TILE_SIZE; ) {
      k = above.continuing(x, before, k);
      const token = reader.byte();
      let value: number;
      let end: number;
      if (token === NEW) {
        value = reader.varint();
        end = x + reader.byte();
      } else {
        const from = token < NEXT ? k : k + 1;
        if (token > NEW || from >= above.length) throw new MaskError('TILE_BROKEN', `run token ${token}`);
        let folded = token % NEXT;
        if (folded === FAR) folded = reader.byte();
        value = above.values[from]!;
        end = above.ends[from]! + (folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2);
      }
      if (end <= x || end > TILE_SIZE || value > greatest || value === before) {
        throw new MaskError('TILE_BROKEN', `a run from ${x} to ${end} of value ${value}`);
      }
      plane.fill(value, start + x, start + end);
      shows[value] = 1;
      row.push(end, value);
      before = value;
      x = end;
    }
    [above, row] = [row, above];
  }
  if (shows.indexOf(0, 1) >= 0) throw new MaskError('TILE_BROKEN', 'a stamp that shows nowhere');
  return plane;
}
