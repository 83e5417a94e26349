/** Own strokes that no server has committed: to export them, and to submit them again elsewhere. Loses none, doubles none. */
import { runsEqual, type StrokeRecord } from '@cotrace/mask';
import type { DurabilityTracker } from './durability.ts';
import type { MaskDoc } from './maskDoc.ts';

export interface UnsavedRecords {
  readonly sessionId: string;
  /** Live records of pending strokes. */
  readonly records: readonly StrokeRecord[];
  /** Pending strokes that were undone. */
  readonly undone: readonly number[];
}

export function unsavedRecords(maskDoc: MaskDoc, tracker: DurabilityTracker): UnsavedRecords {
  const sessionId = maskDoc.sessionId ?? '';
  const live = maskDoc.liveRecordsOf(sessionId).map(({ record }) => record);
  const records = live.filter(({ strokeId }) => tracker.pendingStrokeIds.has(strokeId));
  const strokeIds = new Set(live.map(({ strokeId }) => strokeId));
  return { sessionId, records, undone: [...tracker.pendingStrokeIds].filter((id) => !strokeIds.has(id)) };
}

/**
 * Submits them under the same ids into another document of the same session; what is already there by (stroke, part) stays
 * as it is, so doing it twice changes nothing.
 */
export function resubmit(maskDoc: MaskDoc, { records, undone }: Omit<UnsavedRecords, 'sessionId'>): void {
  const live = maskDoc.liveRecordsOf(maskDoc.sessionId ?? '').map(({ record }) => record);
  const isThere = (wanted: StrokeRecord) =>
    live.some(
      ({ strokeId, part, lamport, label, runs }) =>
        strokeId === wanted.strokeId &&
        part === wanted.part &&
        lamport === wanted.lamport &&
        label === wanted.label &&
        runsEqual(runs, wanted.runs),
    );
  maskDoc.withdraw(new Set(undone));
  maskDoc.restore(records.filter((record) => !isThere(record)));
}
