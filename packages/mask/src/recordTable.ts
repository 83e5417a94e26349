/** The live records of a composition, each in a numbered slot, with their stamps as numbers. Slots are used again; refuses an id twice. */
import { MaskError } from './errors.ts';
import { compareStamped, type PlacedRecord, type Stamped } from './placedRecord.ts';
import { SessionOrder } from './sessionOrder.ts';

/**
 * Canonical runs within a mask, as triples `y, x0, x1` of 16 bits each: no mask is wider or higher. There are thousands in
 * memory, and nothing else of a live record is as large.
 */
export type MaskRuns = Uint16Array;

/** What a table knows of a record that lies in a slot. */
interface Entry extends Stamped {
  readonly runs: MaskRuns;
  /** Indexes of the tiles that it touches. */
  readonly tiles: readonly number[];
}

export class RecordTable {
  readonly sessions = new SessionOrder();
  lamports = new Float64Array(64);
  sessionNumbers = new Int32Array(64);
  labels = new Uint8Array(64);
  private readonly slots = new Map<string, number>();
  // Slot 0 means "no record"; freed slots are used again, so that painting and undoing for ever does not grow the table.
  private readonly entries: (Entry | undefined)[] = [undefined];
  private readonly freeSlots: number[] = [];

  has(id: string): boolean {
    return this.slots.has(id);
  }

  /** Throws RECORD_ID_UNKNOWN. */
  slotOf(id: string): number {
    const slot = this.slots.get(id);
    if (slot === undefined) throw new MaskError('RECORD_ID_UNKNOWN', id);
    return slot;
  }

  at(slot: number): Entry {
    return this.entries[slot]!;
  }

  /** `record` lies within the mask, on these tiles. Throws RECORD_ID_TAKEN. */
  add({ id, sessionId, record }: PlacedRecord, tiles: readonly number[]): number {
    if (this.slots.has(id)) throw new MaskError('RECORD_ID_TAKEN', id);
    const { strokeId, part, lamport, label } = record;
    const slot = this.freeSlots.pop() ?? this.entries.length;
    if (slot >= this.lamports.length) this.grow();
    const runs = new Uint16Array(record.runs);
    this.entries[slot] = { id, sessionId, strokeId, part, lamport, label, runs, tiles };
    this.slots.set(id, slot);
    this.lamports[slot] = lamport;
    this.sessionNumbers[slot] = this.sessions.numberOf(sessionId);
    this.labels[slot] = label;
    return slot;
  }

  release(slot: number): void {
    this.slots.delete(this.entries[slot]!.id);
    this.entries[slot] = undefined;
    this.freeSlots.push(slot);
  }

  /** Slots by the tiles that their records touch. */
  byTile(slots: Iterable<number>): Map<number, number[]> {
    const byTile = new Map<number, number[]>();
    for (const slot of slots) {
      for (const index of this.at(slot).tiles) {
        const ofTile = byTile.get(index);
        if (ofTile === undefined) byTile.set(index, [slot]);
        else ofTile.push(slot);
      }
    }
    return byTile;
  }

  /** Whether the record of slot `a` shows above that of slot `b`. */
  above(a: number, b: number): boolean {
    const later = this.lamports[a]! - this.lamports[b]!;
    if (later !== 0) return later > 0;
    const { ranks } = this.sessions;
    const rank = ranks[this.sessionNumbers[a]!]! - ranks[this.sessionNumbers[b]!]!;
    if (rank !== 0) return rank > 0;
    return a !== b && compareStamped(this.entries[a]!, this.entries[b]!) > 0;
  }

  private grow(): void {
    const grown = <T extends Float64Array | Int32Array | Uint8Array>(larger: T, old: T): T => {
      larger.set(old as never);
      return larger;
    };
    const size = this.lamports.length * 2;
    this.lamports = grown(new Float64Array(size), this.lamports);
    this.sessionNumbers = grown(new Int32Array(size), this.sessionNumbers);
    this.labels = grown(new Uint8Array(size), this.labels);
  }
}
