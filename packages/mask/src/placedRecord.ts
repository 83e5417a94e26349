/** A record with its place in the order of all: the greatest shows. Knows no pixels. */
import type { StrokeRecord } from './record.ts';

export interface PlacedRecord {
  /** Names this copy of the record within the composition. */
  readonly id: string;
  readonly sessionId: string;
  readonly record: StrokeRecord;
}

/** What the place of a record depends on. */
export interface Stamped {
  readonly id: string;
  readonly sessionId: string;
  readonly strokeId: number;
  readonly part: number;
  readonly lamport: number;
  readonly label: number;
}

/** Total order of records: by stamp, then by what else tells two records apart, so that every replica agrees. */
export function compareStamped(a: Stamped, b: Stamped): number {
  return (
    a.lamport - b.lamport ||
    compareText(a.sessionId, b.sessionId) ||
    a.strokeId - b.strokeId ||
    a.part - b.part ||
    a.label - b.label ||
    compareText(a.id, b.id)
  );
}

export const compareRecords = (a: PlacedRecord, b: PlacedRecord): number =>
  compareStamped(stampedOf(a), stampedOf(b));

const stampedOf = ({ id, sessionId, record }: PlacedRecord): Stamped => ({ ...record, id, sessionId });

export const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
