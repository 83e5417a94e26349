/**
 * The elements of a log's updates, without a document: which session's array each lies in, and which record it was. Knows no
 * pixels; whatever is no record of a session is known by its place only. One epoch's worth: ids begin anew with the next.
 */
import * as Y from 'yjs';
import { sessionOfArray } from './layout.ts';

/** A stretch of one client's clocks: one record, or elements that hold none (any more). */
interface Span<R> {
  readonly clock: number;
  readonly length: number;
  readonly neighbours: readonly (Y.ID | null)[];
  /** Undefined until it is known; null: in no session's array. */
  sessionId: string | null | undefined;
  /** Taken out when it is read. */
  bytes: Uint8Array | undefined;
  record: R | undefined;
  isDeleted: boolean;
}

export interface Arrival {
  readonly sessionId: string;
  readonly bytes: Uint8Array;
}

/** `R`: what the owner makes of a record. */
export class LoggedItems<R> {
  private readonly clients = new Map<number, Span<R>[]>();
  private waiting: Span<R>[] = [];
  private waitingDeletions: { client: number; clock: number; len: number }[] = [];

  /**
   * One update: `write` is called for every record that is new and not deleted by the update itself, `erase` for every one
   * that was written before and goes. Throws whatever Yjs throws on broken bytes; callers translate.
   */
  apply(
    update: Uint8Array,
    { write, erase }: { write: (a: Arrival) => R | undefined; erase: (record: R) => void },
  ): void {
    const { structs, ds } = Y.decodeUpdate(update);
    const fresh = this.waiting;
    this.waiting = [];
    for (const struct of structs) {
      const span = this.insert(struct);
      if (span !== undefined) fresh.push(span);
    }
    const deletions = this.waitingDeletions;
    this.waitingDeletions = [];
    for (const [client, ranges] of ds.clients) {
      for (const { clock, len } of ranges) deletions.push({ client, clock, len });
    }
    for (const deletion of deletions) this.erase(deletion, erase);
    for (const span of fresh) {
      if (span.isDeleted || span.bytes === undefined) continue;
      const sessionId = this.sessionOf(span);
      if (sessionId === undefined) {
        // Its neighbour is still to come: a log may hold them in another order than they were made in.
        this.waiting.push(span);
        continue;
      }
      if (sessionId !== null) span.record = write({ sessionId, bytes: span.bytes });
      span.bytes = undefined;
    }
  }

  /** Undefined for what is known already. */
  private insert(struct: Y.Item | Y.GC | Y.Skip): Span<R> | undefined {
    if (struct instanceof Y.Skip) return undefined;
    const { client, clock } = struct.id;
    let spans = this.clients.get(client);
    if (spans === undefined) {
      spans = [];
      this.clients.set(client, spans);
    }
    const at = indexOf(spans, clock);
    const before = spans[at - 1];
    const known = before === undefined ? 0 : before.clock + before.length;
    if (clock + struct.length <= known) return undefined;
    const from = Math.max(clock, known);
    const span: Span<R> = {
      clock: from,
      length: clock + struct.length - from,
      neighbours: struct instanceof Y.Item ? [struct.origin, struct.rightOrigin] : [],
      sessionId: placeOf(struct),
      bytes:
        struct instanceof Y.Item && struct.content instanceof Y.ContentBinary
          ? struct.content.content
          : undefined,
      record: undefined,
      isDeleted: false,
    };
    if (at === spans.length) spans.push(span);
    else spans.splice(at, 0, span);
    return span;
  }

  private erase(deletion: { client: number; clock: number; len: number }, erase: (record: R) => void): void {
    const { client, clock, len } = deletion;
    const spans = this.clients.get(client) ?? [];
    for (let i = Math.max(indexOf(spans, clock) - 1, 0); i < spans.length; i++) {
      const span = spans[i]!;
      if (span.clock >= clock + len) break;
      if (span.isDeleted || span.clock + span.length <= clock) continue;
      // Records are of length 1; of longer stretches nothing is ever asked again.
      span.isDeleted = span.length === 1;
      if (span.record !== undefined) erase(span.record);
      span.record = undefined;
      span.bytes = undefined;
    }
    const last = spans.at(-1);
    if (last === undefined || last.clock + last.length < clock + len) this.waitingDeletions.push(deletion);
  }

  /** Follows neighbours until one knows; all on the way know then. */
  private sessionOf(span: Span<R>): string | null | undefined {
    const way: Span<R>[] = [];
    const met = new Set<Span<R>>();
    let found: string | null | undefined;
    for (let next: Span<R> | undefined = span; next !== undefined && !met.has(next); ) {
      found = next.sessionId;
      if (found !== undefined) break;
      way.push(next);
      met.add(next);
      const ids: readonly (Y.ID | null)[] = next.neighbours;
      next = ids.map((id) => (id === null ? undefined : this.find(id))).find((one) => one !== undefined);
    }
    if (found !== undefined) for (const one of way) one.sessionId = found;
    return found;
  }

  private find({ client, clock }: Y.ID): Span<R> | undefined {
    const spans = this.clients.get(client);
    if (spans === undefined) return undefined;
    const span = spans[indexOf(spans, clock) - 1];
    return span !== undefined && clock < span.clock + span.length ? span : undefined;
  }
}

/** The session by the array's name, where the struct gives one; undefined when only its neighbours know. */
function placeOf(struct: Y.Item | Y.GC): string | null | undefined {
  if (!(struct instanceof Y.Item)) return null;
  // Read from an update it is a name, an item's id, or null.
  const parent: unknown = struct.parent;
  if (struct.parentSub !== null) return null;
  if (parent === null) return struct.origin === null && struct.rightOrigin === null ? null : undefined;
  return typeof parent === 'string' ? (sessionOfArray(parent) ?? null) : null;
}

/** Index of the first span that begins after the clock. */
function indexOf(spans: readonly { clock: number }[], clock: number): number {
  // Logs grow at the end.
  if (spans.length === 0 || spans.at(-1)!.clock <= clock) return spans.length;
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.clock <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}
