/** How runs become bytes inside a record: each row as differences to the row above. Refuses rows that are not canonical or not in their box. */
import { ByteReader, ByteWriter } from './bytes.ts';
import { MaskError } from './errors.ts';
import { type Box, type Runs, RunsWriter } from './runs.ts';

/** Rows of the box in order: the number of runs, then their ends as differences to the same end one row above, or to the end before. */
export function packRows(runs: Runs, box: Box): Uint8Array {
  const out = new ByteWriter();
  let above: number[] = [];
  let i = 0;
  for (let y = box.y0; y < box.y1; y++) {
    const row: number[] = [];
    for (; i < runs.length && runs[i] === y; i += 3) row.push(runs[i + 1]!, runs[i + 2]!);
    out.varint(row.length / 2);
    row.forEach((x, k) => {
      out.signed(x - (row.length === above.length ? above[k]! : (row[k - 1] ?? box.x0)));
    });
    above = row;
  }
  return out.finish();
}

/** Throws RECORD_TRUNCATED, RECORD_TRAILING_BYTES, RECORD_NOT_CANONICAL, RUNS_OUTSIDE_MASK. */
export function unpackRows(bytes: Uint8Array, box: Box): Runs {
  const reader = new ByteReader(bytes, { truncated: 'RECORD_TRUNCATED', overlong: 'RECORD_NOT_CANONICAL' });
  const out = new RunsWriter();
  let above: number[] = [];
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  for (let y = box.y0; y < box.y1; y++) {
    const length = reader.varint() * 2;
    const row: number[] = [];
    for (let k = 0; k < length; k++) {
      const x = reader.signed() + (length === above.length ? above[k]! : (row[k - 1] ?? box.x0));
      if (x < box.x0 || x > box.x1)
        throw new MaskError('RUNS_OUTSIDE_MASK', `x ${x} outside the record's own box`);
      if (k > 0 && x <= row[k - 1]!) throw new MaskError('RECORD_NOT_CANONICAL', `unsorted runs in row ${y}`);
      row.push(x);
    }
    for (let k = 0; k < length; k += 2) out.push(y, row[k]!, row[k + 1]!);
    if (length === 0 && (y === box.y0 || y === box.y1 - 1)) {
      throw new MaskError('RECORD_NOT_CANONICAL', 'a bounding box with an empty edge row');
    }
    left = Math.min(left, row[0] ?? left);
    right = Math.max(right, row[length - 1] ?? right);
    above = row;
  }
  if (!reader.atEnd) throw new MaskError('RECORD_TRAILING_BYTES', `${bytes.length - reader.position} bytes`);
  if (left !== box.x0 || right !== box.x1) {
    throw new MaskError('RECORD_NOT_CANONICAL', 'a bounding box wider than its runs');
  }
  return out.finish();
}
