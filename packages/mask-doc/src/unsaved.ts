/** Own strokes that no server has committed: to export them, and to submit them again elsewhere. Loses none, doubles none. */
import { runsEqual, type StrokeRecord } from '@cotrace/mask';
import type { DurabilityTracker } from './durability.ts';
import type { MaskDoc } from './maskDoc.ts';
import type { Watermark } from './watermarks.ts';

export interface UnsavedRecords {
  readonly sessionId: string;
  /** Live records of pending strokes. */
  readonly records: readonly StrokeRecord[];
  /** Pending strokes that were undone. */
  readonly undone: readonly number[];
  /** Greatest stroke id and lamport so far: the next document's `used`. */
  readonly used?: Watermark;
}

export function unsavedRecords(maskDoc: MaskDoc, tracker: DurabilityTracker): UnsavedRecords {
  const sessionId = maskDoc.sessionId ?? '';
  const live = maskDoc.liveRecordsOf(sessionId);
  const records = live
    .filter(({ strokeId }) => tracker.pendingStrokeIds.has(strokeId))
    .map(({ record }) => record);
  const strokeIds = new Set(live.map(({ strokeId }) => strokeId));
  // What is not live and at or below the watermark was not undone: it is folded, so it is saved.
  const folded = foldedUpTo(maskDoc);
  const undone = [...tracker.pendingStrokeIds].filter((id) => id > folded && !strokeIds.has(id));
  const used = { strokeId: maskDoc.greatestStrokeIdOf(sessionId), lamport: maskDoc.greatestLamport };
  return { sessionId, records, undone, used };
}

/**
 * Submits them under the same ids into another document of the same session, once that is synchronised and before anything
 * new is painted in it. What is already there by (stroke, part), live or folded, stays as it is, so doing it twice changes
 * nothing.
 */
export function resubmit(maskDoc: MaskDoc, { records, undone }: Omit<UnsavedRecords, 'sessionId'>): void {
  const folded = foldedUpTo(maskDoc);
  const wanted = new Set(records.map(({ strokeId }) => strokeId));
  const live = new Map(
    maskDoc
      .liveRecordsOf(maskDoc.sessionId ?? '')
      .filter(({ strokeId }) => wanted.has(strokeId))
      .map(({ record }) => [nameOf(record), record]),
  );
  const isThere = (record: StrokeRecord) => {
    const there = live.get(nameOf(record));
    return (
      there !== undefined &&
      there.lamport === record.lamport &&
      there.label === record.label &&
      runsEqual(there.runs, record.runs)
    );
  };
  maskDoc.withdraw(new Set(undone.filter((strokeId) => strokeId > folded)));
  maskDoc.restore(records.filter((record) => record.strokeId > folded && !isThere(record)));
}

const nameOf = ({ strokeId, part }: StrokeRecord) => `${strokeId}:${part}`;

function foldedUpTo(maskDoc: MaskDoc): number {
  return maskDoc.watermarks.find(([sessionId]) => sessionId === maskDoc.sessionId)?.[1].strokeId ?? 0;
}
