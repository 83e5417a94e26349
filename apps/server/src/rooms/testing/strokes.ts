/** Updates as a page would make them, and as no page would. */
import { encodeRecord, type Runs, rasterizeStroke, runsFromTriples, type StrokeRecord } from '@cotrace/mask';
import { arrayNameOf } from '@cotrace/mask-doc';
import type * as Y from 'yjs';

export const someRuns = rasterizeStroke(
  [
    { x: 10, y: 10 },
    { x: 60, y: 60 },
  ],
  { shape: 'round', diameter: 9 },
);

export const dotAt = (x: number, y: number): Runs => runsFromTriples([y, x, x + 1]);

/** The bytes of one stroke record; stroke 1 with lamport 1 and label 1 unless told. */
export const recordBytes = (record: Partial<StrokeRecord> = {}): Uint8Array =>
  encodeRecord({ version: 1, strokeId: 1, part: 0, lamport: 1, label: 1, runs: someRuns, ...record });

/** Pushes records into a session's array of `doc`; returns the update of it. */
export function pushed(doc: Y.Doc, sessionId: string, ...records: Uint8Array[]): Uint8Array {
  let update: Uint8Array | undefined;
  doc.once('update', (bytes: Uint8Array) => {
    update = bytes;
  });
  doc.getArray<Uint8Array>(arrayNameOf(sessionId)).push(records);
  return update!;
}
