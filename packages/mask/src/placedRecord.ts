/** A record with its place in the order of all: the greatest shows. Knows no pixels. */
import type { StrokeRecord } from './record.ts';

export interface PlacedRecord {
  /** Names this copy of the record within the composition. */
  readonly id: string;
  readonly sessionId: string;
  readonly record: StrokeRecord;
}

/** Total order of records: by stamp, then by what else tells two records apart, so that every replica agrees. */
export function compareRecords(a: PlacedRecord, b: PlacedRecord): number {
  return (
    a.record.lamport - b.record.lamport ||
    compareText(a.sessionId, b.sessionId) ||
    a.record.strokeId - b.record.strokeId ||
    a.record.part - b.record.part ||
    a.record.label - b.record.label ||
    compareText(a.id, b.id)
  );
}

export const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
