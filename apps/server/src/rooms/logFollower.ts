/**
 * Keeps one document level with a log that other servers write, too: knows which entries the document has, and fetches
 * those between. Own entries are in the document before they are in the log. Knows no Yjs and no database.
 *
 *   0 ─── applied ─── head ─ ─ others' ─ ─ own ─── own ─ ─ others' ─ ─ target
 */
import { MaskDocError } from '@cotrace/mask-doc';
import type { LoggedEntry } from './roomStore.ts';

export interface LogFollowerParts {
  /** Entries at `from` and above, below `before`. */
  fetch(from: number, before: number): Promise<LoggedEntry[]>;
  /** Takes others' entries into the document, all of them or throws. */
  apply(entries: readonly LoggedEntry[]): void;
}

export class LogFollower {
  /** Own entries at or above `head`, as [from, to), in order; the first lies above it. */
  private own: (readonly [from: number, to: number])[] = [];
  private target: number;
  private running: Promise<void> | undefined;

  constructor(
    private applied: number,
    private readonly parts: LogFollowerParts,
  ) {
    this.target = applied;
  }

  /** All entries below this are in the document. */
  get head(): number {
    return this.applied;
  }

  /** Is something known to be in the log that the document lacks? */
  get isBehind(): boolean {
    return this.gapEnd() !== undefined;
  }

  /** Own entries have been committed. */
  committed(firstSeq: number, count: number): void {
    this.own.push([firstSeq, firstSeq + count]);
    this.own.sort(([a], [b]) => a - b);
    this.advance(this.applied);
  }

  /**
   * Resolves when everything below `head`, and between own entries, is in the document.
   * Throws what `fetch` and `apply` throw, MaskDocError LOG_GAP; calling again goes on from where it was.
   */
  catchUp(head = this.target): Promise<void> {
    this.target = Math.max(this.target, head);
    const end = this.gapEnd();
    if (this.running === undefined && end !== undefined) this.running = this.fetchGaps(end);
    return this.running ?? Promise.resolve();
  }

  private async fetchGaps(first: number): Promise<void> {
    try {
      for (let end: number | undefined = first; end !== undefined; end = this.gapEnd()) {
        const from = this.applied;
        const entries = await this.parts.fetch(from, end);
        if (entries.length !== end - from || entries.some(({ seq }, i) => seq !== from + i)) {
          throw new MaskDocError('LOG_GAP', `entries ${from} to ${end} expected, got ${entries.length}`);
        }
        this.parts.apply(entries);
        this.advance(end);
      }
    } finally {
      // In the same step as the last look for a gap: whoever comes now must start anew.
      this.running = undefined;
    }
  }

  private gapEnd(): number | undefined {
    const [next] = this.own;
    if (next !== undefined) return next[0];
    return this.target > this.applied ? this.target : undefined;
  }

  private advance(to: number): void {
    this.applied = Math.max(this.applied, to);
    for (let next = this.own[0]; next !== undefined && next[0] <= this.applied; next = this.own[0]) {
      this.applied = Math.max(this.applied, next[1]);
      this.own.shift();
    }
  }
}
