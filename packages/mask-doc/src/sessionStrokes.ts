/**
 * The live strokes of one session, in order. In a session lamports grow with stroke ids, and all parts of a stroke have one
 * lamport and one label: so (lamport, session) names a stroke. Knows no pixels and no document.
 */
import type { Watermark } from './watermarks.ts';

/** Strokes of a session that may still be undone: those less than this below its greatest. What is older may be folded. */
export const UNDO_HORIZON = 200;

export interface Stroke {
  readonly lamport: number;
  readonly label: number;
  /** Ids of its live records: one for all but enormous strokes. */
  readonly records: readonly string[];
}

/** What a server knows of a session when it judges its updates. */
export interface SessionState {
  readonly watermark: Watermark | undefined;
  /** Strokes up to this one are neither deleted nor written again. */
  readonly horizon: number;
  strokeAt(strokeId: number): Stroke | undefined;
  /** The nearest live stroke before (-1) or after (1) the id that `counts`. */
  nearest(
    strokeId: number,
    direction: -1 | 1,
    counts: (strokeId: number, stroke: Stroke) => boolean,
  ): readonly [strokeId: number, stroke: Stroke] | undefined;
}

export class SessionStrokes {
  private readonly strokes = new Map<number, { lamport: number; label: number; records: string[] }>();
  /** Ascending. Strokes come at the end and go at the end (undo) or at the start (folding). */
  private order: number[] = [];
  private seen = 0;

  /** The greatest stroke id ever seen: undo does not lower it, so no id is given twice. */
  get greatestSeen(): number {
    return this.seen;
  }

  get greatestLive(): number {
    return this.order.at(-1) ?? 0;
  }

  get size(): number {
    return this.order.length;
  }

  get ids(): readonly number[] {
    return this.order;
  }

  see(strokeId: number): void {
    if (strokeId > this.seen) this.seen = strokeId;
  }

  get(strokeId: number): Stroke | undefined {
    return this.strokes.get(strokeId);
  }

  add(strokeId: number, { lamport, label }: { lamport: number; label: number }, record: string): void {
    this.see(strokeId);
    const known = this.strokes.get(strokeId);
    if (known !== undefined) {
      known.records.push(record);
      return;
    }
    this.strokes.set(strokeId, { lamport, label, records: [record] });
    if (strokeId > this.greatestLive || this.order.length === 0) this.order.push(strokeId);
    else this.order.splice(this.indexFrom(strokeId), 0, strokeId);
  }

  remove(strokeId: number, record: string): void {
    const known = this.strokes.get(strokeId);
    if (known === undefined) return;
    known.records = known.records.filter((id) => id !== record);
    if (known.records.length > 0) return;
    this.strokes.delete(strokeId);
    if (strokeId === this.order.at(-1)) this.order.pop();
    else this.order.splice(this.indexFrom(strokeId), 1);
  }

  /** Ids of the records of all strokes up to this one. */
  recordsUpTo(strokeId: number): string[] {
    return this.order.slice(0, this.indexFrom(strokeId + 1)).flatMap((id) => this.strokes.get(id)!.records);
  }

  /** The greatest live stroke up to this one. */
  lastUpTo(strokeId: number): number | undefined {
    return this.order[this.indexFrom(strokeId + 1) - 1];
  }

  removeUpTo(strokeId: number): void {
    for (const id of this.order.splice(0, this.indexFrom(strokeId + 1))) this.strokes.delete(id);
  }

  nearest: SessionState['nearest'] = (strokeId, direction, counts) => {
    let i = this.indexFrom(strokeId);
    if (direction === -1) i--;
    else if (this.order[i] === strokeId) i++;
    for (; i >= 0 && i < this.order.length; i += direction) {
      const id = this.order[i]!;
      const stroke = this.strokes.get(id)!;
      if (counts(id, stroke)) return [id, stroke];
    }
    return undefined;
  };

  /** Where the first id that is not below lies. */
  private indexFrom(strokeId: number): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.order[middle]! < strokeId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
