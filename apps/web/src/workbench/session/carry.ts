/** Strokes on their way from one document of a session to the next: out of the one, into the other. Loses none, doubles none. */
import { decodeRecord, encodeRecord, MaskError, type StrokeRecord } from '@cotrace/mask';
import {
  type DurabilityTracker,
  type MaskDoc,
  resubmit,
  type UnsavedRecords,
  unsavedRecords,
} from '@cotrace/mask-doc';
import type { KeptStroke } from './kept/keptStore.ts';
import { withRefusal } from './kept/strokeRecorder.ts';

export interface Carry {
  /** To be submitted. */
  readonly strokes: readonly KeptStroke[];
  /** To be shown, and sent again only when the person says so. */
  readonly refused: readonly KeptStroke[];
  /** Those of either that the device could not take. */
  readonly inThisTabOnly: ReadonlySet<number>;
  /** What the device may still hold of the session, these or others: the next document forgets what it finds to be saved. */
  readonly onDevice: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();
export const NOTHING_CARRIED: Carry = { strokes: [], refused: [], inThisTabOnly: NONE, onDevice: NONE };

/** Pending strokes of a document. */
export function pendingStrokes(maskDoc: MaskDoc, tracker: DurabilityTracker): KeptStroke[] {
  const { records, undone }: UnsavedRecords = unsavedRecords(maskDoc, tracker);
  const painted = new Map<number, Uint8Array[]>();
  for (const record of records) {
    painted.set(record.strokeId, [...(painted.get(record.strokeId) ?? []), encodeRecord(record)]);
  }
  return [
    ...[...painted].map(([strokeId, bytes]) => ({ strokeId, records: bytes, undone: false })),
    // 0 stands for deletions whose strokes are no longer known by name; they are in every document of the session.
    ...undone.filter((id) => id > 0).map((strokeId) => ({ strokeId, records: [], undone: true })),
  ].sort((a, b) => a.strokeId - b.strokeId);
}

/** Submits strokes into a synchronised document of their session; returns those whose bytes are no records of it. */
export function submit(
  maskDoc: MaskDoc,
  tracker: DurabilityTracker,
  strokes: readonly KeptStroke[],
): KeptStroke[] {
  const size = { width: maskDoc.composition.width, height: maskDoc.composition.height };
  const records: StrokeRecord[] = [];
  const unreadable: KeptStroke[] = [];
  for (const stroke of strokes) {
    try {
      records.push(...stroke.records.map((bytes) => decodeRecord(bytes, size)));
    } catch (error) {
      if (!(error instanceof MaskError)) throw error;
      unreadable.push(...withRefusal([stroke], error));
    }
  }
  // What the server has already is pending until it says that it has committed it.
  tracker.adoptOwn();
  const undone = strokes.filter((stroke) => stroke.undone).map(({ strokeId }) => strokeId);
  resubmit(maskDoc, { records, undone });
  return unreadable;
}
