/** How runs become bytes inside a record: each row as differences to the row above. Refuses rows that are not canonical or not in their box. */
import { ByteReader, ByteWriter } from './bytes.ts';
import { MaskError } from './errors.ts';
import { type Box, type Runs, RunsWriter } from './runs.ts';

/** Rows of the box in order: the number of runs, then their ends as differences to the same end one row above, or to the end before. */
export function packRows(runs: Runs, box: Box): Uint8Array {
  const out = new ByteWriter();
  // Rows are found where they lie in `runs`; nothing is copied.
  let above = 0;
  let runsAbove = 0;
  let row = 0;
  for (let y = box.y0; y < box.y1; y++) {
    let end = row;
    while (end < runs.length && runs[end] === y) end += 3;
    const count = (end - row) / 3;
    out.varint(count);
    let before = box.x0;
    for (let i = row; i < end; i += 3) {
      const over = above + i - row;
      const alike = count === runsAbove;
      out.signed(runs[i + 1]! - (alike ? runs[over + 1]! : before));
      out.signed(runs[i + 2]! - (alike ? runs[over + 2]! : runs[i + 1]!));
      before = runs[i + 2]!;
    }
    above = row;
    runsAbove = count;
    row = end;
  }
  return out.finish();
}

/** Throws RECORD_TRUNCATED, RECORD_TRAILING_BYTES, RECORD_NOT_CANONICAL, RUNS_OUTSIDE_MASK. */
export function unpackRows(bytes: Uint8Array, box: Box): Runs {
  const reader = new ByteReader(bytes, { truncated: 'RECORD_TRUNCATED', overlong: 'RECORD_NOT_CANONICAL' });
  const out = new RunsWriter();
  let above = 0;
  let runsAbove = 0;
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  for (let y = box.y0; y < box.y1; y++) {
    const row = out.length;
    const count = reader.varint();
    if (count === 0 && (y === box.y0 || y === box.y1 - 1)) {
      throw new MaskError('RECORD_NOT_CANONICAL', 'a bounding box with an empty edge row');
    }
    const alike = count === runsAbove;
    let before = box.x0;
    for (let k = 0; k < count; k++) {
      const over = above + 3 * k;
      const x0 = reader.signed() + (alike ? out.at(over + 1) : before);
      const x1 = reader.signed() + (alike ? out.at(over + 2) : x0);
      if (x0 < box.x0 || x1 > box.x1)
        throw new MaskError('RUNS_OUTSIDE_MASK', `run (${y}, ${x0}, ${x1}) outside the record's own box`);
      if (x1 <= x0 || (k > 0 && x0 <= before))
        throw new MaskError('RECORD_NOT_CANONICAL', `unsorted runs in row ${y}`);
      out.push(y, x0, x1);
      before = x1;
      if (k === 0 && x0 < left) left = x0;
    }
    if (count > 0 && before > right) right = before;
    above = row;
    runsAbove = count;
  }
  if (!reader.atEnd) throw new MaskError('RECORD_TRAILING_BYTES', `${bytes.length - reader.position} bytes`);
  if (left !== box.x0 || right !== box.x1) {
    throw new MaskError('RECORD_NOT_CANONICAL', 'a bounding box wider than its runs');
  }
  return out.finish();
}
