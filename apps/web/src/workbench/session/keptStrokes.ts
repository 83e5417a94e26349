/** Strokes that no server has committed, as a file to keep. Holds whole records, so that nothing of them is lost. */
import { encodeRecord } from '@cotrace/mask';
import type { UnsavedRecords } from '@cotrace/mask-doc';

export interface StrokeFile {
  readonly format: 'cotrace-strokes';
  readonly version: 1;
  readonly maskId: string;
  readonly sessionId: string;
  readonly reason: string;
  /** Encoded records of the mask algebra, base64. */
  readonly records: readonly string[];
  /** Strokes that had been taken back. */
  readonly undone: readonly number[];
}

export function strokeFile(
  { sessionId, records, undone }: UnsavedRecords,
  { maskId, reason }: { maskId: string; reason: string },
): StrokeFile {
  return {
    format: 'cotrace-strokes',
    version: 1,
    maskId,
    sessionId,
    reason,
    records: records.map((record) => base64(encodeRecord(record))),
    undone,
  };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
