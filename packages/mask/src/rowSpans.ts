/** A set of pixels that grows span by span, row by row: what a stroke covers while it is drawn. Never shrinks. */
import { type Runs, RunsWriter } from './runs.ts';

export class RowSpans {
  private firstRow = 0;
  /** From `firstRow` on, per row its disjoint spans, x0 and x1 (exclusive) in turn, ascending and apart. */
  private rows: number[][] = [];

  /** Adds [x0, x1) of row y; tells the parts that were not covered before, from left to right. */
  add(y: number, x0: number, x1: number, fresh?: (y: number, x0: number, x1: number) => void): void {
    if (x1 <= x0) return;
    const spans = this.rowAt(y);
    let first = 0;
    while (first < spans.length && spans[first + 1]! < x0) first += 2;
    let behind = first;
    let from = x0;
    let to = x1;
    let freshFrom = x0;
    while (behind < spans.length && spans[behind]! <= x1) {
      const left = spans[behind]!;
      const right = spans[behind + 1]!;
      if (left > freshFrom) fresh?.(y, freshFrom, left);
      freshFrom = Math.max(freshFrom, right);
      from = Math.min(from, left);
      to = Math.max(to, right);
      behind += 2;
    }
    if (freshFrom < x1) fresh?.(y, freshFrom, x1);
    if (behind === first + 2) {
      spans[first] = from;
      spans[first + 1] = to;
    } else if (behind === first && first === spans.length) spans.push(from, to);
    else spans.splice(first, behind - first, from, to);
  }

  toRuns(): Runs {
    const out = new RunsWriter();
    this.rows.forEach((spans, i) => {
      for (let k = 0; k < spans.length; k += 2) out.push(this.firstRow + i, spans[k]!, spans[k + 1]!);
    });
    return out.finish();
  }

  private rowAt(y: number): number[] {
    if (this.rows.length === 0) this.firstRow = y;
    if (y < this.firstRow) {
      // Room for as many again, so that a stroke upwards does not move every row at every point.
      const more = Math.max(this.firstRow - y, this.rows.length);
      this.rows = [...Array.from({ length: more }, () => []), ...this.rows];
      this.firstRow -= more;
    }
    while (this.rows.length <= y - this.firstRow) this.rows.push([]);
    return this.rows[y - this.firstRow]!;
  }
}
